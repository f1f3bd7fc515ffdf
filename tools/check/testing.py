# SPDX-License-Identifier: Apache-2.0
"""A file that exists only in a test, judged as if it stood in the tree."""

from tools.check.source import Source

HEADER = "// SPDX-License-Identifier: Apache-2.0\n"


def judge(rule, path, text):
    """What one rule finds: [(line, what)]."""
    source = Source(path, text)
    return [(finding.line, finding.what) for finding in rule(source)]


class RuleCases:
    """Assertions for a unittest.TestCase: a rule bites a text, or lets it pass."""

    def bites(self, rule, path, text, line=None):
        found = judge(rule, path, text)
        self.assertTrue(found, f"{rule.__name__} lets {path} pass:\n{text}")
        if line is not None:
            self.assertEqual([found_line for found_line, _ in found], [line])
        return found[0][1]

    def passes(self, rule, path, text):
        self.assertEqual(judge(rule, path, text), [], text)
