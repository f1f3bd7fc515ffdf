# SPDX-License-Identifier: Apache-2.0
"""What a test must do: assert something, itself or through a function that it calls."""

import re

from tools.check import statements

_TEST = re.compile(r"^(TYPED_)?TEST(_F|_P)?\s*\(\s*(\w+)\s*,\s*(\w+)")
_ASSERTS = re.compile(r"\b(EXPECT|ASSERT)_\w+\s*\(|\b(ADD_FAILURE|FAIL)\s*\(|\bstatic_assert\s*\(")
_MACRO = re.compile(r"^[ \t]*#[ \t]*define[ \t]+(\w+)((?:\\\n|[^\n])*)", re.MULTILINE)
_NAME = re.compile(r"([~\w]+)\s*(<[^()]*>)?\s*\(")
_WORD = re.compile(r"\b[A-Za-z_]\w*")


def _functions(source):
    """[(name, body)] of what a test can call: functions, constructors, macros."""
    found = [(macro[1], macro[2]) for macro in _MACRO.finditer(source.code)]
    for block in statements.cut(source.code)[1]:
        if block.kind != "function" or _TEST.match(block.head):
            continue
        if name := _NAME.search(block.head):
            found.append((name[1], source.code[block.open : block.close]))
    return found


def _asserting(functions):
    """The names of those that assert, however many calls away."""
    bodies = [(name, body, set(_WORD.findall(body))) for name, body in functions]
    names = {name for name, body, _ in bodies if _ASSERTS.search(body)}
    grew = True
    while grew:
        more = {name for name, _, words in bodies if words & names} - names
        names |= more
        grew = bool(more)
    return names


def _kit_of(source, kits):
    """The kits that a test includes, and those that they include."""
    found, todo = {}, [source]
    while todo:
        for _, written in todo.pop().includes:
            path = written.strip('"').removeprefix("mailroom/")
            for one in (path, path.removesuffix(".h") + ".cc"):
                if one in kits and one not in found:
                    found[one] = kits[one]
                    todo.append(kits[one])
    return found.values()


def make_asserts(sources):
    """The rule for a tree: what a test's kits assert is asserted by those who call them."""
    kits = {
        source.path: source
        for source in sources
        if source.is_cpp and (source.is_kit or source.is_test and not source.stem.endswith("_test"))
    }

    def asserts(source):
        if not source.is_cpp or not source.stem.endswith("_test"):
            return
        names = None
        for block in statements.cut(source.code)[1]:
            test = _TEST.match(block.head)
            body = source.code[block.open : block.close]
            if test is None or _ASSERTS.search(body):
                continue
            if names is None:
                files = [source, *_kit_of(source, kits)]
                names = _asserting([one for file in files for one in _functions(file)])
            if not names & set(_WORD.findall(body)):
                what = f"{test[3]}.{test[4]} asserts nothing: what must hold when it ends?"
                yield source.finding(source.line_at(block.start), "no-assertion", what)

    return asserts
