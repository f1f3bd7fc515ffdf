# SPDX-License-Identifier: Apache-2.0
"""A row or a flaw counts as tested when a test's name says so, and not otherwise."""

import unittest

from tools.check import rows
from tools.check.source import Source

CPP = """// S12 is meant
TEST(WakeTest, S34_NotifyFirst) {}
TEST_F(LoopTest,
       S40_S41_F2_Modes) {}
TEST(WakeTest, NotifyFirst) { Say("TEST(A, S5_B)"); }
"""


class RowsTest(unittest.TestCase):
    def test_names_of_tests_count(self):
        named = rows.labels_of(Source("io/wake_test.cc", CPP))
        self.assertEqual(named, {"S34", "S40", "S41", "F2"})
        python = "def test_s45_run(self): pass"
        self.assertEqual(rows.labels_of(Source("tests/server_test.py", python)), {"S45"})

    def test_what_is_no_test_file_does_not_count(self):
        self.assertEqual(rows.labels_of(Source("io/wake.cc", CPP)), set())

    def test_a_row_without_a_test_is_missing(self):
        missing = rows.missing([Source("io/wake_test.cc", CPP)])
        self.assertIn("S1", missing)
        self.assertIn("F1", missing)
        self.assertNotIn("S34", missing)
        self.assertNotIn("F2", missing)

    def test_rows_of_later_features_are_not_asked_for(self):
        self.assertNotIn(11, rows.REQUIRED)
        self.assertNotIn(26, rows.REQUIRED)
        self.assertEqual(len(rows.REQUIRED), 34)


if __name__ == "__main__":
    unittest.main()
