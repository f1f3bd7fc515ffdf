# SPDX-License-Identifier: Apache-2.0
"""Every rule is asked, and a finding reads `path:line: rule: what to do`."""

import unittest

from tools.check import __main__ as check
from tools.check.source import Source

# One file that breaks a rule of each kind; its lines are those that a finding names.
BAD = """#include <unistd.h>
// TODO(now): this
void F() { throw 1; }
"""


class MainTest(unittest.TestCase):
    def setUp(self):
        self.findings = check.judge([Source("server/util.cc", BAD), Source("server/util.h", "")])

    def test_every_kind_of_rule_is_asked(self):
        found = {finding.rule for finding in self.findings}
        self.assertLessEqual(
            {"os-header", "own-header-first", "todo", "throw", "name", "licence", "pragma-once"},
            found,
        )

    def test_a_finding_is_one_line(self):
        lines = [str(finding) for finding in self.findings if finding.rule == "todo"]
        self.assertEqual(lines, ["server/util.cc:2: todo: TODO(now): do it before it is committed"])

    def test_findings_come_in_the_order_of_the_tree(self):
        self.assertEqual(self.findings, sorted(self.findings))


if __name__ == "__main__":
    unittest.main()
