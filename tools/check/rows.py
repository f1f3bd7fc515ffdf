# SPDX-License-Identifier: Apache-2.0
"""Which of the behaviours that Mailroom grew from have a test that names them.

`WakeTest.S34_NotifyFirst` names row S34 of the feature table.
"""

import re

# The rows of the feature table that hold for epoll and HTTP/1.1; a row joins when its feature does.
REQUIRED = sorted(
    {*range(1, 11), *range(12, 16), 24, 25, *range(27, 30), *range(34, 38), *range(39, 44), 45}
)

_CPP_NAME = re.compile(r"\b(?:TYPED_)?TEST(?:_F|_P)?\s*\(([^()]*)\)")
_PYTHON_NAME = re.compile(r"\bdef (test_\w+)")
_ROW = re.compile(r"(?<![A-Za-z0-9])[Ss](\d+)(?![A-Za-z0-9])")


def rows_of(source):
    """The rows named by the tests of one file."""
    if not source.is_test:
        return set()
    tests = (_CPP_NAME if source.is_cpp else _PYTHON_NAME).findall(source.code)
    return {int(row) for name in tests for row in _ROW.findall(name.replace("_", " "))}


def missing(sources):
    named = set().union(*(rows_of(source) for source in sources))
    return [row for row in REQUIRED if row not in named]
