# SPDX-License-Identifier: Apache-2.0
"""The shape of files and functions: names, lengths, coroutine statements."""

import ast
import re

from tools.check import statements

MAX_FILE_LINES = 700
MAX_FUNCTION_LINES = 60
MAX_COLUMNS = 100

_EMPTY_NAMES = {"util", "utils", "utility", "helper", "helpers", "common", "misc"}
_LICENCE = "SPDX-License-Identifier: Apache-2.0"
_TEST_BODY = re.compile(r"^(TYPED_)?TEST(_F|_P)?\s*\(")


def names(source):
    for part in source.path.split("/"):
        if _EMPTY_NAMES & set(re.split(r"[_.\-]", part.lower())):
            yield source.finding(
                1, "name", f"{part} says nothing: name the file after what it holds"
            )


def licence(source):
    wanted = source.is_code or source.name.startswith(".") and source.name != ".gitignore"
    if wanted and not any(_LICENCE in line for line in source.lines[:2]):
        yield source.finding(1, "licence", f"the first line says {_LICENCE}")


def file_length(source):
    if source.is_code and len(source.lines) > MAX_FILE_LINES:
        what = f"{len(source.lines)} lines, {MAX_FILE_LINES} at most: what in it wants a door?"
        yield source.finding(MAX_FILE_LINES, "file-length", what)


def line_length(source):
    """What clang-format cannot break, and the other languages."""
    if not source.is_code:
        return
    for number, line in enumerate(source.lines, 1):
        if len(line) > MAX_COLUMNS and "://" not in line:
            yield source.finding(
                number, "line-length", f"{len(line)} columns, {MAX_COLUMNS} at most"
            )


def _line_span(source, start, end):
    return source.line_at(end) - source.line_at(start) + 1


def _is_flat_switch(source, function, blocks):
    """Whether the function is little more than one switch whose cases hold no nested blocks."""
    inside = [
        block for block in blocks if function.open < block.open and block.close < function.close
    ]
    for block in inside:
        if not re.match(r"switch\b", block.head):
            continue
        rest = _line_span(source, function.start, function.close) - _line_span(
            source, block.start, block.close
        )
        deepest = max(
            (other.depth for other in inside if block.open < other.open < block.close), default=0
        )
        if rest <= MAX_FUNCTION_LINES // 3 and deepest <= block.depth + 1:
            return True
    return False


def function_length(source):
    if not source.is_cpp:
        return
    _, blocks = statements.cut(source.code)
    for block in blocks:
        if block.kind != "function" or _TEST_BODY.match(block.head):
            continue
        lines = _line_span(source, block.start, block.close)
        if lines > MAX_FUNCTION_LINES and not _is_flat_switch(source, block, blocks):
            what = f"{lines} lines, {MAX_FUNCTION_LINES} at most, but for a flat switch"
            yield source.finding(source.line_at(block.start), "function-length", what)


def python_function_length(source):
    if not source.name.endswith(".py"):
        return
    for node in ast.walk(ast.parse(source.text)):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            lines = node.end_lineno - node.lineno + 1
            if lines > MAX_FUNCTION_LINES:
                what = f"{node.name}: {lines} lines, {MAX_FUNCTION_LINES} at most"
                yield source.finding(node.lineno, "function-length", what)


_AWAIT = re.compile(r"(?<!operator )\bco_await\b")
# `auto&&` and `T&&` as a type are no logical operator.
_REFERENCE = re.compile(r"\b(auto|const|[A-Z]\w*|>)\s*&&\s*(?=\w+\s*(=(?!=)|:(?!:)))")
_DEFAULTED_AGGREGATE = re.compile(r"\bTask<.*>\s+[\w:]+\s*\(.*=\s*[\w:<>]*\s*\{", re.DOTALL)


def coroutine_statements(source):
    """g++ 12 destroys some temporaries of such a statement twice: docs/pitfalls tells which."""
    if not source.is_cpp or not re.search(r"\bco_await\b|\bTask<", source.code):
        return
    for statement in statements.cut(source.code)[0]:
        line = source.line_at(statement.start + len(statement.text) - len(statement.text.lstrip()))
        if _AWAIT.search(statement.text):
            text = _REFERENCE.sub(" ", statement.text)
            reasons = [
                (statement.has_initialiser, "{"),
                (statement.has_lambda, "lambda"),
                ("?" in text, "?"),
                ("&&" in text, "&&"),
                ("||" in text, "||"),
            ]
            if found := [word for holds, word in reasons if holds]:
                what = (
                    f"no {', '.join(found)} in a statement with co_await: name the operands first"
                )
                yield source.finding(line, "co-await", what)
        if _DEFAULTED_AGGREGATE.search(statement.text):
            yield source.finding(
                line, "co-await", "no aggregate as a default argument of what returns a Task"
            )


RULES = [
    names,
    licence,
    file_length,
    line_length,
    function_length,
    python_function_length,
    coroutine_statements,
]
