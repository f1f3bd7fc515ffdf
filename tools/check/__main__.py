# SPDX-License-Identifier: Apache-2.0
"""The house rules that a program can check: `python3 -m tools.check`, one line a finding.

    path:line: rule: what to do

With --rows, the behaviours that must have a test and have none. Ends with code 1 if there is
anything to say.
"""

import argparse
import pathlib
import re
import subprocess
import sys

from tools.check import (
    build_rules,
    code_rules,
    include_rules,
    name_rules,
    rows,
    shape_rules,
    test_rules,
)
from tools.check.source import Finding, Source

CLANG_FORMAT = "clang-format-19"


def tree_files():
    """Every file that is committed or could be."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        check=True,
        capture_output=True,
    )
    paths = set(listed.stdout.decode().split("\0")) - {""}
    return sorted(path for path in paths if pathlib.Path(path).is_file())


def read_sources(paths):
    for path in paths:
        try:
            yield Source(path, pathlib.Path(path).read_text(encoding="utf-8"))
        except UnicodeDecodeError:
            continue  # an image, a corpus: nothing to read


def judge(sources):
    sources = [source for source in sources if not source.is_golden]
    paths = {source.path for source in sources}
    modules = (build_rules, code_rules, include_rules, name_rules, shape_rules)
    rules = [rule for module in modules for rule in module.RULES]
    rules.append(include_rules.make_own_header_first(paths))
    rules.append(name_rules.make_paths_exist(paths))
    rules.extend(name_rules.make_flags(sources))
    rules.append(test_rules.make_asserts(sources))
    return sorted({finding for source in sources for rule in rules for finding in rule(source)})


def judge_format(sources):
    """Files that clang-format would change, each once, at the first place."""
    paths = [source.path for source in sources if source.is_cpp and not source.is_golden]
    if not paths:
        return []
    done = subprocess.run(
        [CLANG_FORMAT, "--dry-run", *paths], check=True, capture_output=True, text=True
    )
    first = {}
    for place in done.stderr.splitlines():
        if found := re.match(r"([^:]+):(\d+):\d+: \w+: code should be clang-formatted", place):
            first.setdefault(found[1], int(found[2]))
    return [Finding(path, line, "format", "run ./dev format") for path, line in first.items()]


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rows", action="store_true", help="behaviours that no test names")
    arguments = parser.parse_args()
    sources = list(read_sources(tree_files()))
    if arguments.rows:
        lines = [f"{label}: no test names it" for label in rows.missing(sources)]
    else:
        lines = [str(finding) for finding in judge(sources) + judge_format(sources)]
    for line in lines:
        print(line)
    return 1 if lines else 0


if __name__ == "__main__":
    sys.exit(main())
