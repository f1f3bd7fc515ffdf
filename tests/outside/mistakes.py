# SPDX-License-Identifier: Apache-2.0
"""The page of mistakes, docs/pitfalls/handlers.md: their code, and what compilers say to it."""

import dataclasses
import re

_ACTOR = re.compile(r"^```cpp actor\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_SECTION = re.compile(
    r"^## (?P<title>[^\n]+)\n\n```cpp\n(?P<code>.*?)^```\n\n"
    r"- clang: (?P<clang>[^\n]+)\n- g\+\+: (?P<gcc>[^\n]+)$",
    re.MULTILINE | re.DOTALL,
)
# Bazel's own line in front of what the compiler said.
_FAILED = re.compile(r"^ERROR: .*?(?:rule '//:|Compiling )(mistake_\w+?)(?:'|\.cc)", re.MULTILINE)

_RULE = """
cc_library(
    name = "{name}",
    srcs = ["actor.h", "{name}.cc"],
    copts = [
        "-std=c++20",
        # Flags of a user who wants to hear nothing of it.
        "-Wno-return-type",
        "-Wno-unused-result",
        # Of `-c opt`: glibc then marks what must not be dropped.
        "-O2",
        "-U_FORTIFY_SOURCE",
        "-D_FORTIFY_SOURCE=1",
    ],
    deps = [":door_mailroom"],
)
"""


@dataclasses.dataclass
class Mistake:
    title: str
    code: str
    said: dict  # by compiler; None: it compiles

    @property
    def name(self):
        return "mistake_" + re.sub(r"\W+", "_", self.title).strip("_").lower()


def read(page):
    """The header that all share, and the mistakes."""
    found = []
    for section in _SECTION.finditer(page):
        # Nothing is read across the next heading.
        assert "\n## " not in section["code"], section["title"]
        said = {"clang": _words(section["clang"]), "gcc": _words(section["gcc"])}
        found.append(Mistake(section["title"], section["code"], said))
    return "#pragma once\n\n" + _ACTOR.search(page)[1], found


def _words(text):
    return None if text == "compiles" else text.strip("`")


def write(folder, header, mistakes):
    """Beside what `./dev new` wrote, a library for each."""
    (folder / "actor.h").write_text(header, encoding="utf-8")
    with (folder / "BUILD").open("a", encoding="utf-8") as build:
        for mistake in mistakes:
            build.write(_RULE.format(name=mistake.name))
            include = "" if "#include" in mistake.code else '#include "actor.h"\n\n'
            (folder / f"{mistake.name}.cc").write_text(include + mistake.code, encoding="utf-8")


def failures(output):
    """What was said to each that did not compile, by its name."""
    starts = list(_FAILED.finditer(output))
    ends = [start.start() for start in starts[1:]] + [len(output)]
    return {start[1]: output[start.end() : end] for start, end in zip(starts, ends)}
