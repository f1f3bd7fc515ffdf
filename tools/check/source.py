# SPDX-License-Identifier: Apache-2.0
"""A file of the tree as the rules see it: its lines, its bare code, its comments."""

import dataclasses
import functools
import io
import pathlib
import re
import tokenize

CPP_SUFFIXES = (".cc", ".h")

_RAW_STRING = re.compile(r'(?:u8|[uUL])?R"([^()\\ ]{0,16})\(')


@dataclasses.dataclass(frozen=True, order=True)
class Finding:
    path: str
    line: int
    rule: str
    what: str

    def __str__(self):
        return f"{self.path}:{self.line}: {self.rule}: {self.what}"


def _blank(text):
    """Spaces for everything but line ends, so that every offset stays where it was."""
    return re.sub(r"[^\n]", " ", text)


def _literal_end(text, start):
    """The offset behind the string or character literal whose quote stands at `start`."""
    quote = text[start]
    at = start + 1
    while at < len(text) and text[at] not in (quote, "\n"):
        at += 2 if text[at] == "\\" else 1
    return min(at + 1, len(text))


def split_cpp(text):
    """(code, comments), both as long as `text`: in each, what belongs to the other is blank.

    String and character literals keep their quotes and lose their content; the paths of #include
    lines stay.
    """
    code, comments = [], []

    def put(piece, is_comment):
        (comments if is_comment else code).append(piece)
        (code if is_comment else comments).append(_blank(piece))

    at = 0
    while at < len(text):
        if text.startswith("//", at):
            end = text.find("\n", at)
            end = len(text) if end < 0 else end
            put(text[at:end], True)
        elif text.startswith("/*", at):
            end = text.find("*/", at + 2)
            end = len(text) if end < 0 else end + 2
            put(text[at:end], True)
        elif raw := _RAW_STRING.match(text, at):
            closing = text.find(f'){raw[1]}"', raw.end())
            end = len(text) if closing < 0 else closing + len(raw[1]) + 2
            put('"' + _blank(text[at + 1 : end - 1]) + '"', False)
        elif text[at] == '"' or (text[at] == "'" and not (at and text[at - 1].isalnum())):
            end = _literal_end(text, at)
            line_start = text.rfind("\n", 0, at) + 1
            keep = text[line_start:at].lstrip().startswith("#include")
            put(
                text[at:end] if keep else text[at] + _blank(text[at + 1 : end - 1]) + text[at],
                False,
            )
        else:
            end = at + 1
            if (
                text[at].isalnum() or text[at] == "_"
            ):  # a whole word, so that a prefix never starts a literal
                while end < len(text) and (text[end].isalnum() or text[end] == "_"):
                    end += 1
            put(text[at:end], False)
        at = end
    return "".join(code), "".join(comments)


def _split_hash(text):
    """The same where comments begin with #: by Python's tokenizer if it can, else by a guess."""
    try:
        tokens = list(tokenize.generate_tokens(io.StringIO(text).readline))
        starts = {
            token.start[0]: token.start[1] for token in tokens if token.type == tokenize.COMMENT
        }
    except (tokenize.TokenError, SyntaxError):
        starts = {}
        for number, line in enumerate(text.splitlines(), 1):
            if found := re.search(r"(^|\s)#", line):
                starts[number] = found.end() - 1
    code, comments = [], []
    for number, line in enumerate(text.splitlines(keepends=True), 1):
        at = starts.get(number, len(line.rstrip("\n")))
        code.append(line[:at] + _blank(line[at:]))
        comments.append(_blank(line[:at]) + line[at:])
    return "".join(code), "".join(comments)


class Source:
    def __init__(self, path, text):
        self.path = path
        self.text = text
        self.name = pathlib.PurePosixPath(path).name
        self.stem = pathlib.PurePosixPath(path).stem
        self.folder = str(pathlib.PurePosixPath(path).parent)

    @property
    def room(self):
        """The first folder, or "" at the top of the tree."""
        return self.path.split("/")[0] if "/" in self.path else ""

    @property
    def is_cpp(self):
        return self.name.endswith(CPP_SUFFIXES)

    @property
    def is_golden(self):
        """What a generator wrote and a test compares: no hand could mend it."""
        return "/testdata/" in self.path

    @property
    def is_test(self):
        return self.stem.endswith("_test") or self.room == "tests"

    @property
    def is_kit(self):
        """What tests are made with: io/testing/fake_poller.h."""
        return "/testing/" in self.path

    @property
    def is_build(self):
        return self.name in ("BUILD", "WORKSPACE") or self.name.endswith((".BUILD", ".bzl"))

    @property
    def is_script(self):
        return self.name.endswith((".py", ".sh")) or self.text.startswith("#!")

    @property
    def is_code(self):
        return (
            self.is_cpp
            or self.is_build
            or self.is_script
            or self.name.endswith((".proto", ".lua", ".pml"))
        )

    @functools.cached_property
    def lines(self):
        return self.text.splitlines()

    @functools.cached_property
    def _split(self):
        if self.is_cpp or self.name.endswith((".proto", ".pml")):
            return split_cpp(self.text)
        if self.is_build or self.is_script or self.name.startswith("."):
            return _split_hash(self.text)
        return self.text, ""

    @property
    def code(self):
        return self._split[0]

    @property
    def comments(self):
        return self._split[1]

    @functools.cached_property
    def strings(self):
        """The contents of string and character literals alone, as long as the text."""
        return "".join(
            char if char == "\n" or (a == " " and b == " ") else " "
            for char, a, b in zip(self.text, self.code, self.comments)
        )

    @functools.cached_property
    def includes(self):
        """[(line, written)], `written` with its quotes or angles."""
        if not self.is_cpp:
            return []
        found = re.finditer(
            r'^[ \t]*#[ \t]*include[ \t]*(<[^>\n]+>|"[^"\n]+")', self.code, re.MULTILINE
        )
        return [(self.line_at(match.start(1)), match[1]) for match in found]

    def line_at(self, offset):
        return self.text.count("\n", 0, offset) + 1

    def finding(self, line, rule, what):
        return Finding(self.path, line, rule, what)

    def search(self, pattern, rule, what, text=None):
        """One finding for each line of the code (or of `text`) that the pattern matches."""
        found, last = [], 0
        for match in re.finditer(pattern, self.code if text is None else text, re.MULTILINE):
            line = self.line_at(match.start())
            if line != last:
                found.append(self.finding(line, rule, what.format(match[0].strip())))
            last = line
        return found
