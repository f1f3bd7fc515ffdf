# SPDX-License-Identifier: Apache-2.0
"""A test that asserts nothing is found; one that does it through a function is let pass."""

import unittest

from tools.check import test_rules
from tools.check.source import Source
from tools.check.testing import RuleCases

TEST = "io/wake_test.cc"
KIT = '#include "mailroom/io/testing/reader.h"\n'


class AssertsTest(unittest.TestCase, RuleCases):
    def setUp(self):
        header = "void Read(int n);\nint Peek() { return 1; }\n"
        source = '#include "mailroom/io/testing/reader.h"\nvoid Read(int n) { EXPECT_EQ(n, 1); }\n'
        self.rule = test_rules.make_asserts(
            [Source("io/testing/reader.h", header), Source("io/testing/reader.cc", source)]
        )

    def test_a_test_without_an_assertion_is_found(self):
        said = self.bites(self.rule, TEST, "\nTEST_F(WakeTest, Ends) {\n  Wake wake;\n}\n", line=2)
        self.assertIn("WakeTest.Ends asserts nothing", said)

    def test_a_function_that_asserts_nothing_is_no_excuse(self):
        text = f"{KIT}void Go() {{ Wake(); }}\nTEST(WakeTest, Ends) {{ Go(); Peek(); }}\n"
        self.bites(self.rule, TEST, text)

    def test_a_kit_that_is_not_included_is_no_excuse(self):
        self.bites(self.rule, TEST, "TEST(WakeTest, Ends) { reader.Read(1); }\n")

    def test_an_assertion_in_words_alone_is_none(self):
        text = 'TEST(WakeTest, Ends) { Say("EXPECT_EQ(1, 1)"); /* EXPECT_EQ(1, 1) */ }\n'
        self.bites(self.rule, TEST, text)

    def test_every_way_to_assert_passes(self):
        for statement in (
            "EXPECT_TRUE(x);",
            "ASSERT_DEATH(F(), text);",
            "for (;;) { if (x) FAIL() << x; }",
            "ADD_FAILURE();",
            "static_assert(sizeof(int) == 4);",
            "Read(1);",
        ):
            self.passes(self.rule, TEST, f"{KIT}TEST(WakeTest, Ends) {{ {statement} }}\n")

    def test_functions_constructors_and_macros_of_the_file_count(self):
        for helper, call in (
            ("void Once() { EXPECT_TRUE(x); }\nvoid Often() { Once(); }", "Often();"),
            ("struct Server { Server() : x(1) { EXPECT_TRUE(x); } int x; };", "Server server;"),
            ("#define ROWS(x) \\\n  EXPECT_TRUE(x)", "ROWS(1);"),
            ("template <class T>\nvoid Each(T x) { EXPECT_TRUE(x); }", "Each<int>(1);"),
        ):
            self.passes(self.rule, TEST, f"{helper}\nTEST(WakeTest, Ends) {{ {call} }}\n")

    def test_what_is_no_test_file_passes(self):
        self.passes(self.rule, "io/wake.cc", "TEST(WakeTest, Ends) { Wake(); }\n")


if __name__ == "__main__":
    unittest.main()
