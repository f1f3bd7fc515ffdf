# SPDX-License-Identifier: Apache-2.0
"""Runs a unittest module and writes each case to the log Bazel asks for, so that cases are counted.

The log is GoogleTest's kind of XML at $XML_OUTPUT_FILE; without that variable it is a plain run.
"""

import os
import sys
import unittest
import xml.etree.ElementTree as ElementTree


class LoggedResult(unittest.TextTestResult):
    def __init__(self, *arguments, **keywords):
        super().__init__(*arguments, **keywords)
        self.suite = ElementTree.Element("testsuite", name=sys.argv[1])
        self.case = None

    def startTest(self, test):
        super().startTest(test)
        class_name, _, name = test.id().rpartition(".")
        self.case = ElementTree.SubElement(
            self.suite, "testcase", classname=class_name.rpartition(".")[2], name=name
        )

    def mark(self, kind, text):
        # A class or module that could not be set up fails without a case of its own.
        case = ElementTree.SubElement(self.suite, "testcase") if self.case is None else self.case
        if case.find(kind) is None:
            ElementTree.SubElement(case, kind).text = text

    def addFailure(self, test, err):
        super().addFailure(test, err)
        self.mark("failure", str(err[1]))

    def addError(self, test, err):
        super().addError(test, err)
        self.mark("error", str(err[1]))

    def addSubTest(self, test, subtest, err):
        super().addSubTest(test, subtest, err)
        if err is not None:
            self.mark("failure", str(err[1]))

    def addSkip(self, test, reason):
        super().addSkip(test, reason)
        self.mark("skipped", reason)


def main():
    suite = unittest.defaultTestLoader.loadTestsFromName(sys.argv[1])
    result = unittest.TextTestRunner(resultclass=LoggedResult, verbosity=2).run(suite)
    if path := os.environ.get("XML_OUTPUT_FILE"):
        root = ElementTree.Element("testsuites")
        root.append(result.suite)
        ElementTree.ElementTree(root).write(path)
    return 0 if result.wasSuccessful() and result.testsRun else 1


if __name__ == "__main__":
    sys.exit(main())
