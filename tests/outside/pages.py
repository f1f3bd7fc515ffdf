# SPDX-License-Identifier: Apache-2.0
"""The lines of a document that are run: what a fenced block of it means.

```sh       lines to type, each of which ends with 0; one that starts a server does so beside them
```console  `$ ` and a line, then what it prints; `...` stands for anything. A server is running.
"""

import re

_BLOCK = re.compile(r"^```(sh|console)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_STARTS_A_SERVER = re.compile(
    r"^(bazel run|bazel-bin/|\./dev run)(?!.*--(help|print-config|version))"
)


def blocks(text):
    """Kind and text of each block, in order."""
    return _BLOCK.findall(text)


def lines(text):
    """The lines to type, each in one piece."""
    return [
        line for line in text.replace("\\\n", " ").splitlines() if line and not line.startswith("#")
    ]


def exchanges(text):
    """What is typed, and what is printed then."""
    pieces = re.split(r"^\$ ", text, flags=re.MULTILINE)
    assert not pieces[0], f"a console block begins with `$ `: {text}"
    for piece in pieces[1:]:
        command, rest = re.fullmatch(r"((?:[^\n]*\\\n)*[^\n]*)\n?(.*)", piece, re.DOTALL).groups()
        yield command, rest


def printed(expected, output):
    """Whether `output` is what the page says."""
    pattern = ".*".join(re.escape(part) for part in expected.strip().split("..."))
    return re.fullmatch(pattern, output.strip(), re.DOTALL) is not None


def starts_a_server(line):
    return bool(_STARTS_A_SERVER.match(line))


def play(text, shell, test):
    """Runs a document's lines; says of each that it did what the document says."""
    for kind, block in blocks(text):
        if kind == "console":
            for command, expected in exchanges(block):
                _, output = shell.run(command)
                test.assertTrue(
                    printed(expected, output), f"{command}\nprinted:\n{output}\nnot:\n{expected}"
                )
            continue
        for line in lines(block):
            if starts_a_server(line):
                shell.serve(line)
                continue
            code, output = shell.run(line)
            test.assertEqual(code, 0, f"{line}\n{output}")
