# SPDX-License-Identifier: Apache-2.0
"""Names that prose gives to things: a flag, a file. What is named exists, and where it belongs."""

import re

from tools.check.include_rules import ROOMS

# They know no flags: what a text says of one is handed in by server/.
BELOW_SERVER = {"actors", "base", "http", "io", "rpc", "services"}

# A decrement (`--depth_`) has no hyphen behind its word and stands in code; an underscore is
# Bazel's.
_FLAG = re.compile(r"(?<![\w-])--[a-z][a-z0-9-]*(?![\w-])")

# Flags of other programs and libraries; a word that stands for any flag, and the guide's example of
# a mistyped one.
_FOREIGN = {
    "--help",  # CLI11's, argparse's
    "--abstract-unix-socket",  # curl
    "--compressed",  # curl
    "--data-binary",  # curl
    "--unix-socket",  # curl
    "--no-install-recommends",  # apt-get
    "--copt",  # Bazel
    "--define",  # Bazel
    "--linkopt",  # Bazel
    "--flag",
    "--drain-dely",
}

# Each field of the options says which flag sets it; these set none.
_OPTIONS = "server/config/options.h"
_OF_THE_PROGRAM = {"--config", "--print-config", "--version"}

_GUIDE = "docs/guide/"
# It tells what was, also of flags that are gone.
_HISTORY = "CHANGELOG.md"


def flags_below_server(source):
    if source.room not in BELOW_SERVER or "--" not in source.text:
        return
    what = "{} is a flag of server/: take the text from there (http::Limits::body_advice)"
    prose = source.comments
    if source.is_cpp:
        prose = _merge(prose, source.strings)
    yield from source.search(_FLAG.pattern, "flag-below-server", what, prose)


def _merge(one, other):
    return "".join(a if a != " " else b for a, b in zip(one, other))


def _is_bench_program(source):
    return source.room == "bench" and source.name.endswith((".cc", ".py"))


def _flags_of_benches(sources):
    return {
        flag
        for source in sources
        if _is_bench_program(source)
        for flag in re.findall(r'"(--[a-z][a-z0-9-]*)"', source.text)
    }


def _flags_of_examples(sources):
    """Those that a program adds to the server's: flags().Add("most-items", ...)."""
    return {
        f"--{flag}"
        for source in sources
        if source.room == "examples" and source.is_cpp
        for flag in re.findall(r'flags\(\)\.Add\("([a-z][a-z0-9-]*)"', source.text)
    }


def _flags_of_server(sources):
    """Those that the options' comments name, and those of its own, where its code has the word."""
    named, words = set(_OF_THE_PROGRAM), set()
    for source in sources:
        if source.path == _OPTIONS:
            named.update(_FLAG.findall(source.comments))
        elif source.room == "server" and source.is_cpp and not source.is_test:
            words.update(re.findall(r'"(?:--)?([a-z][a-z0-9-]*)"', source.text))
    return {flag for flag in named if flag.removeprefix("--") in words}


def _prose_of(source):
    """The text of a file in which people read of flags, or nothing."""
    if source.path == _HISTORY or source.is_test or source.is_kit:
        return ""
    if source.room == "server" and source.is_cpp:
        return _merge(source.comments, source.strings)
    if source.name.endswith(".md") or source.room == "packaging":
        return source.text
    return ""


def make_flags(sources):
    """Rules over flags that know what the server and the benches define."""
    ours = _flags_of_server(sources)
    known = ours | _flags_of_benches(sources) | _flags_of_examples(sources) | _FOREIGN
    guide = "\n".join(source.text for source in sources if source.path.startswith(_GUIDE))
    unexplained = sorted(ours - set(_FLAG.findall(guide)))

    def flags_exist(source):
        for number, line in enumerate(_prose_of(source).splitlines(), 1):
            for flag in _FLAG.findall(line):
                if flag not in known:
                    yield source.finding(number, "flag-exists", f"no program here takes {flag}")

    def flags_in_guide(source):
        if source.path != _OPTIONS:
            return
        for flag in unexplained:
            line = source.line_at(max(source.comments.find(flag), 0))
            yield source.finding(line, "flag-in-guide", f"no page of {_GUIDE} names {flag}")

    return [flags_exist, flags_in_guide]


_FOLDERS = "|".join(sorted(ROOMS | {"docs", "packaging", "third_party"}))
_PATH = re.compile(
    rf"(?<![\w/.<$}}-])(?:mailroom/)?((?:{_FOLDERS})/[\w./-]*\w"
    r"\.(?:h|cc|md|proto|py|sh|lua|pml|bzl|service|socket))(?!\w)"
)
_GENERATED = re.compile(r"\.(pb|mailroom)\.h$")


def make_paths_exist(paths):
    """A rule that knows which files the tree has."""

    def paths_exist(source):
        if source.path == _HISTORY or source.is_test:
            return
        is_prose = source.name.endswith(".md")
        prose = source.text if is_prose else source.comments if not source.is_script else ""
        for match in _PATH.finditer(prose):
            path = match[1]
            if path in paths or _GENERATED.search(path):
                continue
            yield source.finding(
                source.line_at(match.start()), "path-exists", f"{path} is no file of the tree"
            )

    return paths_exist


RULES = [flags_below_server]
