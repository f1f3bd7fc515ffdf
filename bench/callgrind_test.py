# SPDX-License-Identifier: Apache-2.0
"""Tests of bench/callgrind.py."""

import unittest

from bench import callgrind

FILE = """# callgrind format
version: 1
events: Ir
summary: 700

fn=(1) main
3 +5 700

totals: 700
"""


class CallgrindTest(unittest.TestCase):
    def test_the_total_is_the_whole_run(self):
        self.assertEqual(callgrind.total(FILE), 700)

    def test_a_file_that_was_cut_off_has_no_total(self):
        with self.assertRaises(callgrind.NoTotal):
            callgrind.total(FILE.replace("totals", "total"))

    def test_the_start_falls_out_of_the_difference(self):
        start, each = 5_000_000, 1234
        runs = [(calls, start + calls * each) for calls in (1000, 9000)]
        self.assertEqual(callgrind.per_call(*runs), each)

    def test_two_runs_of_the_same_length_say_nothing(self):
        with self.assertRaises(ValueError):
            callgrind.per_call((1000, 1), (1000, 2))

    def test_the_table_is_markdown(self):
        self.assertEqual(
            callgrind.table(["16 pipelined", "one at a time"], [("repeat", [4370.4, 7000])]),
            "| instructions a call | 16 pipelined | one at a time |\n"
            "|---|---|---|\n"
            "| repeat | 4,370 | 7,000 |")


if __name__ == "__main__":
    unittest.main()
