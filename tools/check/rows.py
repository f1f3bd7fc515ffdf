# SPDX-License-Identifier: Apache-2.0
"""Which of the behaviours that Mailroom grew from (docs/behaviours.md) have a test that names them.

`WakeTest.S34_NotifyFirst` names row S34.
"""

import re

# The rows of the feature table that hold for epoll and HTTP/1.1; a row joins when its feature does.
REQUIRED = sorted(
    {*range(1, 11), *range(12, 16), 20, 24, 25, *range(27, 38), *range(39, 44), 45}
)

# The flaws of those designs that ours must not have; `F4_` in a test's name says which one it shows
# to be absent.
FLAWS = range(1, 10)

_CPP_NAME = re.compile(r"\b(?:TYPED_)?TEST(?:_F|_P)?\s*\(([^()]*)\)")
_PYTHON_NAME = re.compile(r"\bdef (test_\w+)")
_LABEL = re.compile(r"(?<![A-Za-z0-9])([SsFf])(\d+)(?![A-Za-z0-9])")


def labels_of(source):
    """The rows and flaws named by the tests of one file: `S34`, `F4`."""
    if not source.is_test:
        return set()
    tests = (_CPP_NAME if source.is_cpp else _PYTHON_NAME).findall(source.code)
    found = (label for name in tests for label in _LABEL.findall(name.replace("_", " ")))
    return {kind.upper() + number for kind, number in found}


def missing(sources):
    """What has no test: labels, rows first."""
    named = set().union(*(labels_of(source) for source in sources))
    required = [f"S{row}" for row in REQUIRED] + [f"F{flaw}" for flaw in FLAWS]
    return [label for label in required if label not in named]
