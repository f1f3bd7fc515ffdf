# SPDX-License-Identifier: Apache-2.0
"""What may not stand in code, line by line: sleeps, clocks, fences, unfinished work, and so on."""

import re

_SLEEP = r"\bsleep_(for|until)\s*\(|(?<![.>])\b(u|nano)?sleep\s*\("
_CLOCK = (
    r"\b(system|steady|high_resolution|utc|file)_clock::now\b|"
    r"(?<![.>])\b(clock_gettime|gettimeofday|time)\s*\("
)
_RANDOM = r"\brandom_device\b|\bs?rand\s*\("
_THREAD_ID = r"\bthis_thread::get_id\b|\b(gettid|pthread_self)\s*\("

# Tests of what only happens between real threads; they may stumble about, and still judge by no
# clock.
_STRESS = "tests/stress/"


def test_time(source):
    if not (source.is_cpp and (source.is_test or source.is_kit)):
        return
    if not source.path.startswith(_STRESS):
        yield from source.search(
            _SLEEP, "test-sleep", "no {}: run idle turns, or wait for the thing itself"
        )
    yield from source.search(_CLOCK, "test-clock", "no {}: FakeClock::Advance moves time in a test")
    yield from source.search(
        _RANDOM, "test-random", "no {}: a fixed seed, so that a failure comes again"
    )


def seams(source):
    """Time, chance and the thread's id come through a seam: one seed can replay a server."""
    if not source.is_cpp or source.is_test or source.is_kit:
        return
    if source.room in ("base", "bench", "tools"):
        return
    yield from source.search(_CLOCK, "seam", "{}: ask base::Clock, so that a test can move time")
    yield from source.search(_RANDOM, "seam", "{}: take a seeded generator from outside")
    yield from source.search(_THREAD_ID, "seam", "{}: ask base::ThreadRole")
    yield from source.search(_SLEEP, "seam", "no {}: a timer of the loop, or co_await call.Sleep()")


def fences(source):
    if source.is_cpp:
        yield from source.search(
            r"\batomic_(thread|signal)_fence\b", "fence", "ThreadSanitizer is blind to {}"
        )


# Where a parcel's class is known without looking: the check itself, and the queue that gives back
# the pointer it was given.
_PARCEL_CASTS = ("base/home.h", "actors/mailbox.h")


def parcel_casts(source):
    """A parcel says what it is: a cast that does not ask it is a guess."""
    if not source.is_cpp or source.path in _PARCEL_CASTS:
        return
    yield from source.search(
        r"\b(static|dynamic|reinterpret)_cast<[^<>;]*(Envelope|Parcel)\b[^<>;]*[*&]\s*>",
        "parcel-cast",
        "{}: ParcelAs<T>() of base/home.h looks at the parcel's kind",
    )


def exceptions(source):
    if not source.is_cpp or source.is_test or source.is_kit or source.room in ("bench", "examples"):
        return
    thrown = r"\bthrow\b(?!\s*;)"
    yield from source.search(thrown, "throw", "errors are values: return a Status or a Result")


def skipped_tests(source):
    if source.is_cpp and source.is_test:
        skipped = r"\bGTEST_SKIP\b|\bDISABLED_\w+|\bEXPECT_TRUE\(true\)"
        yield from source.search(skipped, "skipped-test", "{}: a test that cannot fail is no test")


def todos(source):
    if not source.is_code:
        return
    now = r"\bTODO\(now\)"
    untyped = r"\bTODO\b(?!\((now|perf|port|later)\): \S)|\bFIXME\b|\bXXX\b|\bHACK\b"
    yield from source.search(now, "todo", "{}: do it before it is committed", source.comments)
    yield from source.search(
        untyped, "todo", "{}: write TODO(perf|port|later): what", source.comments
    )


# A whole comment line that only a compiler would read. Prose ends in words; an example stands in a
# block comment or is indented by four spaces.
_CODE_COMMENT = re.compile(
    r"^\s*// ?(?! {3})("
    r"return\b.*;|"
    r"(if|for|while|switch) \(.*\) ?\{?|"
    r"[\w:]+(\.|->)\w+\(.*\);|"
    r"[A-Za-z_][\w:]*\([^ ]*\);|"
    r"(const |static |auto |int |bool |char |size_t |uint\d+_t |std::)[^.]*=.*;|"
    r"#\s*(include|define|if|endif)\b.*|"
    r"\} else( if \(.*\))? \{|"
    r"[\w.>-]+ [-+]?= [^ ]+;"
    r")$"
)


def commented_out(source):
    if not source.is_cpp:
        return
    for number, line in enumerate(source.lines, 1):
        if _CODE_COMMENT.match(line):
            yield source.finding(number, "commented-out", "git remembers it: delete the line")


# Words of other trees for things that have a name here; only those that mean nothing else.
_WORDS = {
    r"event[ _]?base|dispatcher": "loop",
    r"acceptor": "I/O actor, listener",
    r"executor|handler thread": "worker",
    r"inbox|outbox|message bus": "mailbox",
    r"orphan(s|ed)?|zombie": "stale",
    r"throttl(e|es|ed|ing)": "backpressure",
    r"quiesc(e|es|ed|ing|ent)|shut(s|ting)? ?down gracefully": "drain",
    r"(?-i:[Ww]atchdog)": "supervisor",  # in capitals it is systemd's
    r"endpoints?": "method, or address",
    r"reap(s|ed|er|ing)?": "evict",
}


def words(source):
    if not (source.is_cpp or source.name.endswith((".proto", ".md"))):
        return
    # kInbox and EventBase hold the words too.
    spaced = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", source.text)
    for pattern, ours in _WORDS.items():
        yield from source.search(
            rf"(?i)(?<![a-z])({pattern})(?![a-z])", "word", f"say {ours}, not {{}}", spaced
        )


# Written so that none matches its own text.
_MACHINE_PATH = r"(?<![\w.<>$}])/(work|farm|root|home/[a-z]+)/|/tmp/(?!mailroom|X)\w"
_REGISTRY = (
    r"\b((deb|ftp|security)\.debian|registry\.(npmjs|yarnpkg)|files\.pythonhosted|"
    r"pypi|crates|proxy\.golang)\.\w+"
)


def machine_paths(source):
    yield from source.search(
        _MACHINE_PATH, "machine-path", "{} is of one machine: take it from outside", source.text
    )
    yield from source.search(
        _REGISTRY, "registry", "{}: nothing of ours names a registry", source.text
    )


RULES = [
    test_time,
    seams,
    fences,
    parcel_casts,
    exceptions,
    skipped_tests,
    todos,
    commented_out,
    words,
    machine_paths,
]
