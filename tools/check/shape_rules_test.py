# SPDX-License-Identifier: Apache-2.0
"""Each rule about shape bites, and lets pass what it must."""

import unittest

from tools.check import shape_rules as rules
from tools.check.testing import HEADER, RuleCases


class CoroutineStatementsTest(unittest.TestCase, RuleCases):
    def body(self, statement):
        return f"Task<int> F(int a) {{\n  {statement}\n}}\n"

    def test_what_gcc_12_destroys_twice_is_found(self):
        for statement in (
            "co_await Send(Query{1});",
            "co_await Send({.sql = text});",
            "auto r = co_await Send({});",
            "co_return Query{(co_await X()).sql, 4};",
            "co_await Send([copy = a] { return copy; });",
            "co_await Send([copy = a](int b) -> int { return copy + b; }, 1);",
            'co_await Send(a ? left + "x" : right);',
            "if (a && co_await Ready()) Go();",
            "if (Ready && a == co_await Next()) Go();",
            "while (co_await Ready() || a) {\n}",
            "co_await Group(\n      First(),\n      Query{2});",
        ):
            with self.subTest(statement):
                what = self.bites(
                    rules.coroutine_statements, "services/echo.cc", self.body(statement)
                )
                self.assertIn("name the operands first", what)

    def test_a_brace_that_opens_a_block_passes(self):
        for statement in (
            "if (co_await x) {\n    Go();\n  }",
            "if (co_await x) { Query q{1}; Go(q); } else { Go({}); }",
            "for (auto& row : co_await Rows()) { Use(row ? 1 : 2); }",
            "switch (co_await Next()) { case 1: { co_await One(); } default: break; }",
            "while (co_await Next()) {}",
            "try { co_await One(); } catch (...) { Fail(); }",
            "do { co_await One(); } while (a && b);",
            "Query q{1}; co_await Send(std::move(q));",
            "bool both = a && b; co_await Send(both);",
            "auto&& row = co_await Next();",
            "auto [name, age] = co_await Next();",
            'co_await Text("a ? b : {c} && d");',
            "auto later = [a](int b) -> Task<int> { co_return co_await Add(a, b); };",
            "values[co_await Next()] = 4;",
            "co_await Next();  // { && ? ||",
        ):
            with self.subTest(statement):
                self.passes(rules.coroutine_statements, "services/echo.cc", self.body(statement))

    def test_the_operator_itself_passes(self):
        text = "auto operator co_await() && noexcept { return Awaiter{handle_}; }"
        self.passes(rules.coroutine_statements, "base/task.h", text)

    def test_the_line_is_that_of_the_statement(self):
        text = self.body("int x = 1;\n  Query q{1};\n  co_await Send({});")
        self.bites(rules.coroutine_statements, "services/echo.cc", text, line=4)

    def test_an_aggregate_as_default_argument_is_found(self):
        self.bites(rules.coroutine_statements, "x.h", "Task<Row> Find(int id, Query q = {});")
        self.bites(
            rules.coroutine_statements, "x.h", "Task<Row> Find(Query q = Query{1}) { Go(); }"
        )
        self.passes(rules.coroutine_statements, "x.h", "Task<Row> Find(int id = 4);")
        self.passes(rules.coroutine_statements, "x.h", "Task<Row> row = Find(Query{4});")


class FunctionLengthTest(unittest.TestCase, RuleCases):
    LONG = "  Step();\n" * 70

    def test_a_long_function_is_found_at_its_first_line(self):
        text = f"namespace a {{\nint F(int x,\n      int y) {{\n{self.LONG}}}\n}}\n"
        self.bites(rules.function_length, "io/loop.cc", text, line=2)

    def test_a_long_method_or_constructor_is_found(self):
        for head in (
            "class A {\n  void F() const noexcept",
            "struct A {\n  A(int x) : x_(x), y_{1}",
            "struct A {\n  auto F() -> std::vector<int>",
            "class A {\n  void F() MAILROOM_REQUIRES(role_)",
            "class A {\n public:\n  explicit operator bool() const",
        ):
            with self.subTest(head):
                self.bites(rules.function_length, "io/loop.h", f"{head} {{\n{self.LONG}}}\n}};\n")

    def test_long_classes_namespaces_and_tables_pass(self):
        members = "  int F();\n" * 70
        self.passes(
            rules.function_length, "io/loop.h", f"class A final : public B {{\n{members}}};\n"
        )
        self.passes(rules.function_length, "io/loop.h", f"namespace a::b {{\n{members}}}\n")
        rows = "  {1, 2},\n" * 70
        text = f"constexpr std::array<Row, 70> kRows{{\n{rows}}};\n"
        self.passes(rules.function_length, "io/loop.h", text)
        self.passes(rules.function_length, "io/loop.h", f"const Row kRows[] = {{\n{rows}}};\n")

    def test_a_test_body_passes(self):
        self.passes(rules.function_length, "io/loop_test.cc", f"TEST_F(A, B) {{\n{self.LONG}}}\n")

    def test_a_flat_switch_passes_and_a_deep_one_does_not(self):
        flat = "    case 1:\n      return 2;\n" * 40
        deep = "    case 1:\n      if (a) {\n        if (b) {\n        }\n      }\n" * 15
        text = "int F(int x) {{\n  switch (x) {{\n{}  }}\n  return 0;\n}}\n"
        self.passes(rules.function_length, "rpc/code.cc", text.format(flat))
        self.bites(rules.function_length, "rpc/code.cc", text.format(deep))

    def test_python_functions_have_the_same_cap(self):
        self.bites(rules.python_function_length, "x.py", "def f():\n" + "    x = 1\n" * 61)
        self.passes(rules.python_function_length, "x.py", "def f():\n" + "    x = 1\n" * 50)


class FilesTest(unittest.TestCase, RuleCases):
    def test_a_name_that_says_nothing_is_found(self):
        for path in ("base/util.h", "io/string_utils.cc", "helpers/x.cc", "rpc/common.proto"):
            self.bites(rules.names, path, "")
        for path in ("io/wake.h", "docs/commons.md", "base/utilization.h"):
            self.passes(rules.names, path, "")

    def test_a_missing_licence_line_is_found(self):
        self.bites(rules.licence, "io/loop.cc", "int x;\n")
        self.bites(rules.licence, "io/BUILD", "room_library()\n")
        self.passes(rules.licence, "io/loop.cc", HEADER)
        self.passes(rules.licence, "dev", "#!/bin/bash\n# SPDX-License-Identifier: Apache-2.0\n")
        self.passes(rules.licence, "README.md", "# Mailroom\n")

    def test_a_long_file_is_found(self):
        self.bites(rules.file_length, "io/loop.cc", "int x;\n" * 701)
        self.passes(rules.file_length, "io/loop.cc", "int x;\n" * 700)
        self.passes(rules.file_length, "docs/guide.md", "word\n" * 701)

    def test_a_long_line_is_found(self):
        self.bites(rules.line_length, "x.py", "x" * 101)
        self.passes(rules.line_length, "x.py", "x" * 100)
        self.passes(rules.line_length, "README.md", "x" * 300)


if __name__ == "__main__":
    unittest.main()
