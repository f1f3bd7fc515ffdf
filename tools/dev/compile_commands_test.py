# SPDX-License-Identifier: Apache-2.0
"""Editors find each source once, where the user edits it."""

import pathlib
import tempfile
import unittest

from tools.dev import compile_commands


def action(source):
    return {"arguments": ["clang", "-Iio", "-c", source, "-o", "x.o"]}


class CompileCommandsTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.tree = folder.name
        (pathlib.Path(self.tree) / "loop.cc").write_text("", encoding="utf-8")

    def files(self, *sources):
        actions = [action(source) for source in sources]
        return [entry["file"] for entry in compile_commands.entries(actions, "root", self.tree)]

    def test_a_source_of_the_tree_is_named_there(self):
        self.assertEqual(self.files("loop.cc"), [f"{self.tree}/loop.cc"])

    def test_a_generated_source_is_named_below_the_execution_root(self):
        self.assertEqual(self.files("bazel-out/bin/echo.pb.cc"), ["bazel-out/bin/echo.pb.cc"])

    def test_a_source_compiled_twice_stands_once(self):
        self.assertEqual(len(self.files("loop.cc", "loop.cc")), 1)

    def test_the_command_is_whole(self):
        entry = compile_commands.entries([action("loop.cc")], "root", self.tree)[0]
        self.assertEqual(entry["directory"], "root")
        self.assertEqual(entry["arguments"], action("loop.cc")["arguments"])

    def test_no_precompiled_header_is_left_for_the_editors_own_clang(self):
        compiled = action("loop.cc")
        compiled["arguments"][1:1] = ["-include", "bazel-out/bin/tools/bazel/with_gtest.h"]
        entry = compile_commands.entries([compiled], "root", self.tree)[0]
        self.assertEqual(entry["arguments"], action("loop.cc")["arguments"])


if __name__ == "__main__":
    unittest.main()
