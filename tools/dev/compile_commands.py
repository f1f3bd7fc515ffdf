# SPDX-License-Identifier: Apache-2.0
"""Turns Bazel's compile actions into compile_commands.json, from standard input to standard output.

The input is `bazel aquery --output=jsonproto`; the argument is Bazel's execution root, where the
relative paths of the commands are true.
"""

import json
import os
import sys


def _for_editors(arguments):
    """Without what was compiled beforehand: an editor's clang is perhaps another one."""
    found = list(arguments)
    while "-include" in found:
        at = found.index("-include")
        del found[at : at + 2]
    return found


def entries(actions, execution_root, tree):
    """One entry a source; what a generator wrote exists below the execution root only."""
    found = {}
    for action in actions:
        arguments = _for_editors(action["arguments"])
        source = arguments[arguments.index("-c") + 1]
        in_tree = os.path.join(tree, source)
        # The editor opens the file in the tree, not its twin behind Bazel's links.
        path = (
            in_tree if not source.startswith("bazel-out/") and os.path.exists(in_tree) else source
        )
        found[path] = {"directory": execution_root, "file": path, "arguments": arguments}
    return [found[path] for path in sorted(found)]


def main():
    actions = json.load(sys.stdin).get("actions", [])
    json.dump(entries(actions, sys.argv[1], os.getcwd()), sys.stdout, indent=1)
    print()


if __name__ == "__main__":
    main()
