# SPDX-License-Identifier: Apache-2.0
"""What `./dev new` writes and refuses. That the workspace builds is shown by ./dev outside."""

import contextlib
import io
import os
import pathlib
import shutil
import tempfile
import unittest
from unittest import mock

from tools.dev import new, trial


class NewTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.root = pathlib.Path(folder.name).resolve()
        # In a test of Bazel's there is none.
        home = mock.patch.dict(os.environ, HOME="/home/ada")
        home.start()
        self.addCleanup(home.stop)

    def new(self, *given, mode="write", major="4"):
        """Exit code, standard output, standard error."""
        out, errors = io.StringIO(), io.StringIO()
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(errors):
            code = new.main(mode, str(self.root), major, *given)
        return code, out.getvalue(), errors.getvalue()

    def refused(self, *given):
        before = sorted(self.root.rglob("*"))
        code, out, errors = self.new(*given)
        self.assertEqual((code, out), (2, ""), given)
        self.assertEqual(sorted(self.root.rglob("*")), before)
        return errors

    def text(self, path):
        return (self.root / path).read_text(encoding="utf-8")

    def test_a_workspace_has_all_its_files_and_says_what_is_next(self):
        code, out, errors = self.new("my.pkg.StockKeeperService", "stock")
        self.assertEqual((code, errors), (0, ""))
        self.assertEqual(
            sorted(path.name for path in (self.root / "stock").iterdir()),
            [
                ".bazelrc",
                ".gitignore",
                "BUILD",
                "README.md",
                "WORKSPACE",
                "main.cc",
                "stock_keeper.proto",
                "stock_keeper_actor.h",
                "stock_keeper_test.cc",
                "user.bazelrc",
            ],
        )
        self.assertEqual(
            out.splitlines(),
            [
                f"cd {self.root / 'stock'}",
                "bazel test //...",
                "bazel run //:stock_keeper -- --listen 127.0.0.1:8080",
            ],
        )

    def test_the_names_are_those_of_the_service(self):
        self.new("my.pkg.StockService", "stock")
        self.assertIn("package my.pkg;", self.text("stock/stock.proto"))
        self.assertIn("service StockService {", self.text("stock/stock.proto"))
        self.assertIn(
            "class StockActor final : public my::pkg::StockServiceActor<StockActor> {",
            self.text("stock/stock_actor.h"),
        )
        self.assertIn("/my.pkg.StockService/Visit", self.text("stock/README.md"))
        self.assertIn(f'path = "{new.TREE}"', self.text("stock/WORKSPACE"))

    def test_nothing_of_a_template_is_left(self):
        self.new("my.pkg.StockService", "stock", major="7")
        for path in (self.root / "stock").iterdir():
            self.assertNotIn("$", path.read_text(encoding="utf-8"), path)

    def test_a_neighbour_names_the_clone_by_its_relative_path(self):
        self.assertEqual(new.path_to_tree(new.TREE.parent / "stock"), f"../{new.TREE.name}")

    def test_names_become_words(self):
        for service, name in {
            "a.B": "b",
            "a.HTTPProxyService": "http_proxy",
            "a.S3Service": "s3",
            "a.Service": "service",
        }.items():
            self.assertEqual(new.Service(service).name, name)

    def test_a_later_bazel_is_told_that_there_is_a_workspace(self):
        self.new("a.B", "four", major="4")
        self.new("a.B", "seven", major="7")
        self.assertNotIn("--enable_workspace", self.text("four/.bazelrc"))
        self.assertTrue(
            "\ncommon --enable_workspace --noenable_bzlmod\n" in self.text("seven/.bazelrc")
        )

    def test_an_empty_folder_will_do_and_no_other(self):
        (self.root / "empty").mkdir()
        self.assertEqual(self.new("a.B", "empty")[0], 0)
        self.assertIn("is not empty", self.refused("a.B", "empty"))
        self.assertIn("is a file", self.refused("a.B", "empty/BUILD"))
        self.assertIn("is a file", self.refused("a.B", "empty/BUILD/further"))

    def test_a_folder_may_lie_deep(self):
        self.assertEqual(self.new("a.B", "not/yet/there")[0], 0)
        self.assertIn('name = "a_b"', self.text("not/yet/there/WORKSPACE"))

    def test_the_tree_and_folders_bazel_cannot_build_in_are_refused(self):
        self.assertIn("own tree", self.refused("a.B", str(new.TREE)))
        self.assertIn("own tree", self.refused("a.B", str(new.TREE / "services" / "mine")))
        self.assertIn("space", self.refused("a.B", "my folder"))

    def test_a_name_that_is_none_is_told_how_one_looks(self):
        for name in ("", "Greet", "greet", "greet.v1", "greet.v1.", ".Greet", "a.B-C", "a.B C"):
            self.assertIn("greet.v1", self.refused(name, "x"))
        for name in ("Greet.V1.Greet", "a..B", "1a.B", "a-b.C"):
            self.assertIn("is no part of a package", self.refused(name, "x"))

    def test_names_that_are_somebody_elses_are_refused(self):
        for package in ("mailroom.v1", "std", "testing.v1", "google.mine"):
            self.assertIn("somebody else's", self.refused(package + ".GreetService", "x"))
        self.assertIn("message", self.refused("greet.v1.VisitRequest", "x"))

    def test_names_that_no_compiler_takes_are_refused(self):
        """Keywords, and what the C library's headers declare. None of them is in a list of ours."""
        for word in (
            "acct daemon dup environ floor new nice random round sleep stdin time timezone".split()
        ):
            with self.subTest(word):
                said = self.refused(f"{word}.v1.GreetService", "x")
                self.assertIn(f"'{word}' does not compile as C++ (", said)
                self.assertIn("take another name", said)
        self.assertIn("'class'", self.refused("greet.class.GreetService", "x"))
        self.assertIn("'std'", self.refused("greet.std.GreetService", "x"))

    def test_types_that_generated_code_names_are_refused(self):
        for word in "int32_t int64_t uint32_t uint64_t uint8_t size_t".split():
            with self.subTest(word):
                self.assertIn(f"'{word}' does not", self.refused(f"my.{word}.GreetService", "x"))

    def test_each_compiler_there_is_names_the_word(self):
        for compiler in filter(shutil.which, trial.COMPILERS):
            with self.subTest(compiler), mock.patch.object(trial, "COMPILERS", (compiler,)):
                self.assertIn("'timezone' does not", self.refused("timezone.v1.Greet", "x"))
                self.assertIn("'register' does not", self.refused("a.register.Greet", "x"))
                self.assertIsNone(trial.try_names(new.Service("a.timezone.NULL").words()))

    def test_a_compiler_without_its_library_is_what_is_told(self):
        lacking = self.root / "lacking"
        for compiler in filter(shutil.which, trial.COMPILERS):
            lacking.write_text(f'#!/bin/sh\nexec {compiler} -nostdinc++ "$@"\n', encoding="utf-8")
            lacking.chmod(0o755)
            with self.subTest(compiler), mock.patch.object(trial, "COMPILERS", (str(lacking),)):
                said = self.refused("my.pkg.GreetService", "x")
                self.assertIn(f"{lacking} is not complete: ", said)
                self.assertIn("cassert", said)
                self.assertNotIn("take another name", said)

    def test_without_a_compiler_names_are_taken_as_they_are(self):
        with mock.patch.object(trial, "COMPILERS", ()):
            self.assertEqual(self.new("timezone.v1.Greet", "x")[0], 0)

    def test_the_guides_bazelrc_is_the_templates(self):
        self.new("my.pkg.StockService", "stock")
        by_hand = (new.TREE / "tests" / "outside" / "bazelrc.user").read_text(encoding="utf-8")
        self.assertEqual(self.text("stock/.bazelrc"), by_hand)

    def test_the_release_command_of_the_readme_has_its_config(self):
        self.new("my.pkg.StockService", "stock")
        command = "`bazel build --config=release //:stock`"
        self.assertEqual(self.text("stock/README.md").count(command), 1)
        told = self.text("stock/.bazelrc")
        for option in ("-c opt ", "--copt=-flto=thin", "--define=mailroom_profile=yes"):
            self.assertRegex(told, rf"(?m)^build:release .*{option}")

    def test_the_compiler_and_the_disk_cache_are_told(self):
        self.new("my.pkg.StockService", "stock")
        told = self.text("stock/.bazelrc")
        self.assertIn("build --repo_env=CC=clang-19\n", told)
        self.assertIn("try-import %workspace%/user.bazelrc\n", told)
        # Bazel's files know no ~.
        self.assertRegex(
            self.text("stock/user.bazelrc"),
            r'(?m)^build --disk_cache="/.*/\.cache/mailroom/workspaces-[\w.]+"$',
        )
        self.assertIn("/user.bazelrc\n", self.text("stock/.gitignore"))

    def test_a_home_may_have_a_space(self):
        with mock.patch.dict(os.environ, HOME="/home/ada lovelace"):
            self.new("my.pkg.StockService", "stock")
        self.assertIn(
            '\nbuild --disk_cache="/home/ada lovelace/.cache/', self.text("stock/user.bazelrc")
        )

    def test_too_few_and_too_many_arguments_get_the_usage(self):
        for given in ((), ("a.B",), ("a.B", "x", "y"), ("--help",)):
            self.assertIn("usage: ./dev new package.Service DIR", self.refused(*given))

    def test_a_check_writes_nothing(self):
        self.assertEqual(self.new("a.B", "x", mode="check"), (0, "", ""))
        self.assertFalse((self.root / "x").exists())

    def test_what_cannot_be_written_is_told(self):
        code, _, errors = self.new("a.B", "/proc/mailroom/x")
        self.assertEqual(code, 1)
        self.assertIn("cannot write '/proc/mailroom/x'", errors)


if __name__ == "__main__":
    unittest.main()
