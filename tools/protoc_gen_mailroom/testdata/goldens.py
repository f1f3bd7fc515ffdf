#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Which files are goldens. As a program (bazel run :update_goldens): rewrites them in the tree."""

import os
import pathlib
import sys

FOLDER = pathlib.PurePosixPath("tools/protoc_gen_mailroom/testdata")


def made():
    """The generator's outputs, by their golden's name. Relative to the runfiles, as Bazel runs us."""
    folder = pathlib.Path(FOLDER)
    outputs = {}
    for path in folder.glob("*_generated/**/*.mailroom.*"):
        outputs[path.name + ".golden"] = path
    for path in folder.glob("*_refusal.txt"):
        outputs[path.name.replace("_refusal.txt", ".refused.golden")] = path
    return outputs


def main():
    tree = os.environ.get("BUILD_WORKSPACE_DIRECTORY")
    if not tree:
        sys.exit("run it as: bazel run //tools/protoc_gen_mailroom/testdata:update_goldens")
    folder = pathlib.Path(tree) / FOLDER
    outputs = made()
    for stale in set(folder.glob("*.golden")) - {folder / name for name in outputs}:
        stale.unlink()
        print(f"removed {stale.name}")
    for name, path in sorted(outputs.items()):
        golden = folder / name
        if not golden.exists() or golden.read_bytes() != path.read_bytes():
            golden.write_bytes(path.read_bytes())
            print(f"wrote {name}")


if __name__ == "__main__":
    main()
