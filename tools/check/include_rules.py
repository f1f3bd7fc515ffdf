# SPDX-License-Identifier: Apache-2.0
"""Who may include what: the room order, OS headers, libraries, and the shape every header has."""

import re

# The table of docs/architecture.md: the rooms that each room may include. What is not listed
# includes anything. A room inside a room, "server/hall", stands here by itself: it may include the
# files of the room around it only where that is named.
MAY_INCLUDE = {
    "base": set(),
    "proto": set(),
    "io": {"base"},
    "http": {"base"},
    "actors": {"base"},
    "rpc": {"base", "proto", "http"},
    "rpc/json": {"base", "proto", "rpc"},
    "rpc/connect": {"base", "proto", "http", "rpc"},
    "rpc/grpc": {"base", "proto", "http", "rpc"},
    "drivers": {"base", "io"},
    "server/config": {"base", "io"},
    "server/ops": {"base", "io", "http", "actors", "server/config"},
    "server/hall": {"base", "io", "http", "rpc", "actors", "server/config", "server/ops"},
    "server": {
        *("base", "io", "http", "rpc", "rpc/connect", "actors"),
        *("server/config", "server/ops", "server/hall"),
    },
    "services": {"base", "actors", "rpc", "proto"},
    "client": {"base", "io", "http", "rpc"},
    "stores": {"base", "actors", "drivers"},
    "cluster": {"base", "io", "actors", "rpc", "drivers", "stores"},
    "tools": {"proto"},
}
# Above every room: they see all of them, and one another's.
OUTSIDE = {"bench", "examples", "tests"}
ROOMS = {place.split("/")[0] for place in MAY_INCLUDE} | OUTSIDE

# The list of protocols stands above those who speak them.
_ABOVE_THEIR_ROOM = {"rpc/protocols.cc": {"rpc/connect", "rpc/grpc"}}

_GENERATED = re.compile(r"\.(pb|mailroom)\.h$")

_OS_HEADER = re.compile(
    r"<((arpa|asm|linux|net|netinet|sys)/.*|"
    r"(dirent|dlfcn|fcntl|ifaddrs|netdb|poll|pthread|pwd|sched|signal|spawn|syslog|termios|unistd)"
    r"\.h)>$"
)
_OS_FOLDERS = ("io/", "bench/", "examples/", "tests/")
_OS_FILES = ("base/log_output.cc", "base/thread.cc")

# Each library and the files that may know it. A folder ends with a slash.
LIBRARIES = [
    ("Boost.Beast", r"boost/", ["http/http1_parser.cc"]),
    (
        "concurrentqueue",
        r"(moodycamel/|concurrentqueue/)?(blocking)?concurrentqueue\.h",
        ["base/mpsc_queue.cc"],
    ),
    ("spdlog", r"(spdlog|fmt)/", ["base/log.cc"]),
    ("prometheus-cpp", r"prometheus/", ["server/ops/metrics.cc"]),
    ("CLI11", r"CLI/", ["server/config/command_line.cc"]),
    ("toml++", r"toml\+\+/", ["server/config/config_file.cc"]),
    ("nghttp2", r"nghttp2/", ["http/http2_engine.cc"]),
    ("OpenSSL", r"openssl/", ["io/tls.cc"]),
    ("zlib", r"zlib\.h", ["rpc/gzip.cc"]),
    ("libpq", r"(postgresql/|libpq)", ["drivers/postgres/", "stores/postgres.cc"]),
    ("hiredis", r"hiredis/", ["drivers/redis/"]),
    ("NATS", r"nats/", ["drivers/nats/"]),
    ("SQLite", r"sqlite3\.h", ["stores/sqlite.cc"]),
    ("protobuf's compiler", r"google/protobuf/compiler/", ["tools/protoc_gen_mailroom/"]),
    ("protobuf", r"google/protobuf/", ["client/", "examples/", "rpc/", "services/", "tools/"]),
    ("GoogleTest", r"(gtest|gmock)/", []),
    ("Google Benchmark", r"benchmark/", []),
]

# Standard headers that say threads: two rooms have none.
_THREAD_HEADERS = {
    "<thread>",
    "<mutex>",
    "<condition_variable>",
    "<shared_mutex>",
    "<semaphore>",
    "<barrier>",
}
_THREADLESS = {"http", "rpc"}


def os_headers(source):
    if source.is_test or source.is_kit:
        return
    if source.path in _OS_FILES or source.path.startswith(_OS_FOLDERS):
        return
    for line, written in source.includes:
        if _OS_HEADER.match(written):
            yield source.finding(
                line, "os-header", f"{written} belongs to io/: ask for it through a seam of io"
            )


def library_headers(source):
    if source.is_test or source.is_kit or source.room == "bench":
        return
    for line, written in source.includes:
        for library, pattern, homes in LIBRARIES:
            if not re.match('[<"]' + pattern, written):
                continue
            at_home = any(
                source.path == home or home.endswith("/") and source.path.startswith(home)
                for home in homes
            )
            if not at_home:
                where = " or ".join(homes) or "tests and benches"
                yield source.finding(
                    line,
                    "library-header",
                    f"{library} is known to {where} only: include our header",
                )
            break


def thread_headers(source):
    if source.room not in _THREADLESS or source.is_test:
        return
    for line, written in source.includes:
        if written in _THREAD_HEADERS:
            yield source.finding(
                line, "thread-header", f"{source.room}/ has no threads: take {written} out"
            )


def _place_of(folder):
    """The innermost room that a folder belongs to; None if it is in no room of ours."""
    parts = folder.split("/")
    inner = "/".join(parts[:2])
    if inner in MAY_INCLUDE:
        return inner
    return parts[0] if parts[0] in ROOMS else None


def _target_place(path):
    """The room that an include names, "proto" for generated code; None if it is no room of ours."""
    if _GENERATED.search(path):
        return "proto"
    top, _, rest = path.partition("/")
    folder, _, _ = rest.rpartition("/")
    return _place_of(folder) if top == "mailroom" and folder else None


def room_order(source):
    place = _place_of(source.folder)
    if place not in MAY_INCLUDE:
        return
    allowed = MAY_INCLUDE[place] | {place} | _ABOVE_THEIR_ROOM.get(source.path, set())
    for line, written in source.includes:
        path = written[1:-1]
        target = _target_place(path) if written.startswith('"') else None
        if target and target not in allowed:
            names = ", ".join(sorted(MAY_INCLUDE[place])) or "nothing"
            yield source.finding(
                line, "room-order", f"{place}/ may include {names}: not {target}/"
            )


def include_paths(source):
    """Ours are written from the root, "mailroom/io/loop.h"; the rest stands in angle brackets.

    An example is a user's program: its own headers lie beside it.
    """
    if source.room == "examples":
        return
    for line, written in source.includes:
        path = written[1:-1]
        if (
            written.startswith('"')
            and not path.startswith("mailroom/")
            and not _GENERATED.search(path)
        ):
            yield source.finding(
                line, "include-path", f'write "mailroom/<room>/{path}", or <{path}> for a library'
            )
        elif written.startswith("<mailroom/"):
            yield source.finding(line, "include-path", f'write "{path}"')


def make_own_header_first(paths):
    """A rule that knows the headers: x.cc, including x.h first, proves it self-contained."""

    def own_header_first(source):
        header = source.path.removesuffix(".cc") + ".h"
        if not source.path.endswith(".cc") or header not in paths:
            return
        wanted = f'"mailroom/{header}"'
        if not source.includes or source.includes[0][1] != wanted:
            line = source.includes[0][0] if source.includes else 1
            yield source.finding(line, "own-header-first", f"include {wanted} before anything else")

    return own_header_first


def pragma_once(source):
    if source.name.endswith(".h") and not re.search(r"^#pragma once$", source.text, re.MULTILINE):
        yield source.finding(1, "pragma-once", "write #pragma once behind the licence line")


RULES = [os_headers, library_headers, thread_headers, room_order, include_paths, pragma_once]
