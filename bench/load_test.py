# SPDX-License-Identifier: Apache-2.0
"""Tests of what needs no load in bench/load.py and bench/report.py."""

import dataclasses
import os
import sys
import types
import unittest

# The programs of this folder import each other by bare names, as they are started from it.
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

import heads  # noqa: E402
import load  # noqa: E402
import report  # noqa: E402
import target  # noqa: E402


class PointTest(unittest.TestCase):
    def test_a_label_is_read_as_it_is_written(self):
        for label in ("c1", "c64p16", "c512d", "c64p16d"):
            self.assertEqual(load.point(label).label, label)
        self.assertEqual(load.point("c64p16d"), load.Point(64, 16, True))

    def test_what_is_no_point_is_refused(self):
        for label in ("", "64", "c0", "c64p0", "cd", "c64dp16"):
            with self.assertRaises(target.Failure):
                load.point(label)


class CommandTest(unittest.TestCase):
    def setUp(self):
        one = target.Target("inline-proto", ("mailroomd",), "floor_http", target.PROTO)
        self.server = types.SimpleNamespace(
            port=8080, target=dataclasses.replace(one, caller="/bin/caller"))

    def test_heads_that_repeat_are_sent_by_wrk(self):
        self.assertIn("wrk", load.command(self.server, load.Point(64, 16), 1))

    def test_heads_that_differ_are_sent_by_our_program_from_a_template(self):
        words = load.command(self.server, load.Point(64, 16, True), 2)
        self.assertIn("/bin/caller", words)
        text = bytes.fromhex(words[words.index("--request") + 1])
        self.assertIn(heads.FRESH * 32, text)
        self.assertTrue(text.endswith(target.PROTO.body))
        self.assertEqual(words[words.index("--depth") + 1], "16")


class CheckTest(unittest.TestCase):
    HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/proto\r\n"

    def check(self, call, body):
        target.check_reply(target.Target("one", (), "", call), self.HEAD, body)

    def test_an_answer_is_right_to_the_byte(self):
        self.check(target.PROTO, target.PROTO.answer)
        for body in (b"", target.PROTO.answer[:-1], target.PROTO.answer + b"x"):
            with self.assertRaises(target.Failure):
                self.check(target.PROTO, body)

    def test_a_number_may_follow_the_answer_of_a_workspace(self):
        self.check(target.VISIT, target.VISIT.answer + b"\x10\x07")
        with self.assertRaises(target.Failure):
            self.check(target.VISIT, b"\x10\x07")


class ReportTest(unittest.TestCase):
    def test_a_ratio_is_taken_to_the_floor_of_the_same_repetition(self):
        floors = [{"rep": 0, "cpu_us": 2.0}, {"rep": 1, "cpu_us": 4.0}]
        runs = [{"rep": 1, "cpu_us": 5.0}, {"rep": 0, "cpu_us": 3.0}, {"rep": 2, "cpu_us": 1.0}]
        self.assertEqual(report.ratios(runs, floors), [1.25, 1.5])

    def test_the_summary_has_a_row_for_each_server_and_a_column_for_each_point(self):
        def run(cpu):
            return {"rep": 0, "cpu_us": cpu, "user_us": cpu / 4, "system_us": cpu * 3 / 4}

        result = {"points": ["c64d", "c64"],
                  "floors": {"floor_http": "floor_http", "inline": "floor_http"},
                  "runs": {"floor_http": {"c64d": [run(4)], "c64": [run(8)]},
                           "inline": {"c64d": [run(6)]}}}
        self.assertEqual(report.summary(result), """\
| x its floor (min-max) | c64d | c64 |
|---|---|---|
| inline | 1.50 | - |

| CPU us/request, user / sys | c64d | c64 |
|---|---|---|
| floor_http | 1.00 / 3.00 | 2.00 / 6.00 |
| inline | 1.50 / 4.50 | - |""")


if __name__ == "__main__":
    unittest.main()
