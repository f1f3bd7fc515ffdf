# SPDX-License-Identifier: Apache-2.0
"""Tests of tools/dev/fuzz.py."""

import contextlib
import io
import pathlib
import tempfile
import unittest

from tools.dev import fuzz

_LOG = b"""#2 INITED cov: 10 ft: 11 corp: 2/3b exec/s: 0 rss: 40Mb
#99 NEW    cov: 731 ft: 2264 corp: 158/25Kb lim: 4 exec/s: 0 rss: 50Mb L: 3/3 MS: 1 ChangeBit-
#4321 DONE   cov: 740 ft: 2300 corp: 160/26Kb lim: 4 exec/s: 72 rss: 51Mb
stat::number_of_executed_units: 4321
stat::average_exec_per_sec:     72
"""


class ReadLogTest(unittest.TestCase):
    def test_takes_the_last_figures(self):
        outcome = fuzz.read_log("base64", _LOG)
        self.assertEqual(
            (outcome.executions, outcome.coverage, outcome.features, outcome.corpus),
            (4321, 740, 2300, 160),
        )
        self.assertFalse(outcome.failed)

    def test_the_input_that_was_found_can_be_copied_out_of_a_log(self):
        log = b"SUMMARY: libFuzzer: deadly signal\nartifact_prefix='x-'\nBase64: OGkB\n"
        self.assertEqual(fuzz.read_log("base64", log).base64, "OGkB")

    def test_a_log_that_says_nothing_counts_nothing(self):
        self.assertEqual(fuzz.read_log("base64", b"").executions, 0)


class RunTargetTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        self.state = self.folder / "state"

    def program(self, script):
        path = self.folder / "x_fuzz"
        path.write_text("#!/bin/sh\n" + script, encoding="utf-8")
        path.chmod(0o755)

    def run_it(self):
        return fuzz.run_target(self.folder, "x", 1, self.state)

    def test_a_clean_run_passes(self):
        self.program("echo stat::number_of_executed_units: 7\n")
        outcome = self.run_it()
        self.assertEqual((outcome.executions, outcome.failed), (7, False))

    def test_a_finding_fails_and_is_named(self):
        self.program(
            'for word in "$@"; do case $word in\n'
            '  -artifact_prefix=*) echo x >"${word#*=}crash-1" ;;\n'
            "esac; done\nexit 77\n"
        )
        outcome = self.run_it()
        self.assertTrue(outcome.failed)
        self.assertEqual([path.name for path in outcome.findings], ["x-crash-1"])
        self.assertIn("77", outcome.trouble)

    def test_a_run_that_executes_nothing_fails(self):
        self.program("exit 0\n")
        self.assertEqual(self.run_it().trouble, "ran nothing")

    def test_a_program_that_is_not_there_fails(self):
        self.assertTrue(self.run_it().failed)


class TableTest(unittest.TestCase):
    def test_says_what_was_found(self):
        text = fuzz.table([fuzz.Outcome("a", 5, 6, 7, 8), fuzz.Outcome("b", findings=["f"])])
        self.assertRegex(text, r"a +5 +6 +7 +8  none")
        self.assertRegex(text, r"b .* 1$")


class MainTest(unittest.TestCase):
    def test_an_unknown_target_is_told_with_those_there_are(self):
        errors = io.StringIO()
        with contextlib.redirect_stderr(errors), self.assertRaises(SystemExit) as end:
            fuzz.main(["--programs", ".", "--state", ".", "http9"])
        self.assertEqual(end.exception.code, 2)
        self.assertIn("no target http9; there are: base64", errors.getvalue())


if __name__ == "__main__":
    unittest.main()
