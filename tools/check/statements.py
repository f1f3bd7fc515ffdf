# SPDX-License-Identifier: Apache-2.0
"""C++ cut into scopes and statements by its brackets alone: no parser, but enough for two rules.

It works on code without comments and strings (source.py). A brace opens a *block* (of a function,
a class, a lambda, a control statement) or an *initialiser*, told apart by what stands before it.
"""

import dataclasses
import re

_LAMBDA_HEAD = re.compile(
    r"(^|[=(,{&?:]|\breturn|\bco_\w+)\s*\[[^\[\]]*\]\s*"  # the captures, where no index can stand
    r"(<[^(){}]*>\s*)?(\(.*\)\s*)?"
    r"(mutable\b|noexcept\b|constexpr\b|->[^(){};=]*|\s)*$",
    re.DOTALL,
)
_BLOCK_WORD = re.compile(r"\b(else|do|try|const|noexcept|override|final|mutable|volatile)$")
_SCOPE_WORD = re.compile(
    r"^\s*((template\s*<.*>|inline|typedef|static|export|(public|protected|private)\s*:)\s*)*"
    r"(namespace|class|struct|union|enum|extern)\b",
    re.DOTALL,
)
# `struct epoll_event ready{}`: a variable, spelt as C would.
_C_VARIABLE = re.compile(r"^\s*(struct|union|enum)\s+\w+\s+(?!final$)\w+$|=$")
_ATTRIBUTES = re.compile(r"(\[\[[^\]]*\]\]\s*)+$")


@dataclasses.dataclass
class Statement:
    """What stands between two boundaries of one block, without the bodies of lambdas in it."""

    start: int
    text: str = ""
    has_initialiser: bool = False
    has_lambda: bool = False


@dataclasses.dataclass
class Block:
    kind: str  # "scope" (namespace, class), "function", "lambda", "inner"
    head: str  # the statement that it belongs to
    start: int  # where that statement begins
    open: int
    close: int = 0
    depth: int = 0  # how many blocks lie around it


def _opens_block(head, parentheses):
    """Whether a brace behind `head` opens a block. `parentheses`: how many are open around it."""
    if _LAMBDA_HEAD.search(head):
        return True
    if parentheses or _C_VARIABLE.search(head):
        return False
    if not head or head[-1] in "):" or _BLOCK_WORD.search(head) or _SCOPE_WORD.search(head):
        return True
    # A constructor whose last member is initialised in braces, a trailing return type, a requires
    # clause.
    return head[-1] == "}" or bool(re.search(r"\)[^()=;]*->[^=;]*$|\)[^;=]*\brequires\b", head))


def _kind(head, enclosing, is_lambda):
    if is_lambda:
        return "lambda"
    if enclosing not in ("scope", None):
        return "inner"
    if _SCOPE_WORD.search(head) and not re.search(
        r"\)\s*(const|noexcept|override|->.*)?\s*$", head
    ):
        return "scope"
    return "function" if "(" in head else "scope"


class _Cutter:
    def __init__(self, code):
        # Preprocessor lines belong to no statement.
        self.code = re.sub(
            r"^[ \t]*#(\\\n|.)*",
            lambda line: re.sub(r"[^\n]", " ", line[0]),
            code,
            flags=re.MULTILINE,
        )
        self.statements = []
        self.blocks = []
        self.stack = (
            []
        )  # (Block | None for an initialiser, the statement around it, parentheses open there)
        self.current = Statement(0)
        self.parentheses = 0

    def finish(self):
        if self.current.text.strip():
            self.statements.append(self.current)

    def begin(self, offset):
        self.current = Statement(offset)
        self.parentheses = 0

    def enclosing_kind(self):
        kinds = [block.kind for block, _, _ in self.stack if block]
        return kinds[-1] if kinds else None

    def open_brace(self, at):
        head = _ATTRIBUTES.sub("", self.current.text.rstrip()).rstrip()
        if not _opens_block(head, self.parentheses):
            self.current.has_initialiser = True
            self.current.text += "{"
            self.stack.append((None, self.current, self.parentheses))
            self.parentheses = 1  # inside, only a lambda is a block
            return
        is_lambda = bool(_LAMBDA_HEAD.search(head))
        kind = _kind(head, self.enclosing_kind(), is_lambda)
        lead = len(head) - len(head.lstrip())
        depth = sum(1 for block, _, _ in self.stack if block)
        block = Block(kind, head.strip(), self.current.start + lead, at, depth=depth)
        self.stack.append((block, self.current, self.parentheses))
        self.current.has_lambda |= is_lambda
        if not is_lambda:
            self.finish()
        self.begin(at + 1)

    def close_brace(self, at):
        if not self.stack:
            return
        block, around, parentheses = self.stack.pop()
        if block is None:
            self.current.text += "}"
            self.parentheses = parentheses
            return
        self.finish()
        block.close = at
        self.blocks.append(block)
        if block.kind == "lambda":
            around.text += "{}"
            self.current, self.parentheses = around, parentheses
        else:
            self.begin(at + 1)

    def cut(self):
        for at, character in enumerate(self.code):
            if character == "{":
                self.open_brace(at)
            elif character == "}":
                self.close_brace(at)
            elif character == ";" and not self.parentheses:
                self.finish()
                self.begin(at + 1)
            else:
                if character == "(":
                    self.parentheses += 1
                elif character == ")":
                    self.parentheses = max(0, self.parentheses - 1)
                self.current.text += character
        self.finish()
        return self.statements, sorted(self.blocks, key=lambda block: block.open)


def cut(code):
    """(statements, blocks) of a file's code."""
    return _Cutter(code).cut()
