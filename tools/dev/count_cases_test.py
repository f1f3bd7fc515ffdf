# SPDX-License-Identifier: Apache-2.0
"""What ./dev test counts: cases, whatever became of the target they stand in."""

import json
import pathlib
import subprocess
import sys
import tempfile
import unittest

from tools.dev import count_cases

GOOGLE_LOG = """<testsuites><testsuite name="WakeTest">
  <testcase name="NotifyFirst" classname="WakeTest" status="run"/>
  <testcase name="BatchesMany" classname="WakeTest" status="run"><failure message="no"/></testcase>
  <testcase name="DISABLED_Later" classname="WakeTest" status="notrun"/>
</testsuite></testsuites>"""

SKIPPING_LOG = """<testsuites><testsuite name="NginxTest">
  <testcase name="Relays" classname="NginxTest" status="run" result="skipped">
    <skipped message="proxies_test.cc:12&#x0A;no nginx here"/></testcase>
  <testcase name="Retries" classname="NginxTest"><skipped>no nginx here</skipped></testcase>
</testsuite></testsuites>"""

PASSING_LOG = '<testsuites><testsuite><testcase name="One" status="run"/></testsuite></testsuites>'


def result(label, status, log, attempt=1):
    return {
        "id": {"testResult": {"label": label, "run": 1, "shard": 1, "attempt": attempt}},
        "testResult": {
            "status": status,
            "testActionOutput": [{"name": "test.xml", "uri": f"file://{log}"}] if log else [],
        },
    }


def completed(label, success):
    event = {"id": {"targetCompleted": {"label": label}}}
    event["completed"] = {"success": True} if success else {}
    return event


def configured(label, kind):
    return {"id": {"targetConfigured": {"label": label}}, "configured": {"targetKind": kind}}


class CountCasesTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)

    def log(self, name, text):
        path = self.folder / name
        path.write_text(text, encoding="utf-8")
        return path

    def count(self, *events):
        return count_cases.count_events([json.dumps(event) for event in events])

    def test_cases_are_counted_and_not_targets(self):
        log = self.log("test.xml", GOOGLE_LOG)
        tally = self.count(
            completed("//io:wake_test", True), result("//io:wake_test", "FAILED", log)
        )
        self.assertEqual(tally.passed, 1)
        self.assertEqual(tally.failures, ["//io:wake_test WakeTest.BatchesMany"])
        self.assertEqual(tally.skipped, ["//io:wake_test WakeTest.DISABLED_Later"])

    def test_what_was_skipped_is_named_with_its_reason(self):
        tally = self.count(result("//io:nginx_test", "PASSED", self.log("a.xml", SKIPPING_LOG)))
        self.assertEqual((tally.passed, tally.failures), (0, []))
        self.assertEqual(
            tally.skipped,
            [
                "//io:nginx_test NginxTest.Relays: proxies_test.cc:12 no nginx here",
                "//io:nginx_test NginxTest.Retries: no nginx here",
            ],
        )

    def test_the_shards_of_a_test_are_added_up(self):
        first, second = self.log("1.xml", PASSING_LOG), self.log("2.xml", GOOGLE_LOG)
        other = result("//io:io_test", "FAILED", second)
        other["id"]["testResult"]["shard"] = 2
        tally = self.count(result("//io:io_test", "PASSED", first), other)
        self.assertEqual((tally.passed, len(tally.failures), len(tally.skipped)), (2, 1, 1))

    def test_a_program_that_fails_after_its_last_case_counts_as_one_failed(self):
        tally = self.count(result("//io:leak_test", "FAILED", self.log("test.xml", PASSING_LOG)))
        self.assertEqual((tally.passed, tally.failures), (1, ["//io:leak_test FAILED"]))

    def test_a_timeout_without_a_log_counts_as_one_failed(self):
        tally = self.count(result("//io:slow_test", "TIMEOUT", None))
        self.assertEqual((tally.passed, tally.failures), (0, ["//io:slow_test TIMEOUT"]))

    def test_a_broken_log_counts_as_one_failed(self):
        tally = self.count(result("//io:wake_test", "PASSED", self.log("test.xml", "<testsui")))
        self.assertEqual(tally.failures, ["//io:wake_test left no readable log"])

    def test_a_log_with_a_percent_sign_in_its_path_is_found(self):
        self.log("a b.xml", PASSING_LOG)
        tally = self.count(result("//io:wake_test", "PASSED", self.folder / "a%20b.xml"))
        self.assertEqual((tally.passed, tally.failures), (1, []))

    def test_of_a_test_tried_twice_the_last_attempt_counts(self):
        failed = self.log("first.xml", GOOGLE_LOG)
        passed = self.log("second.xml", PASSING_LOG)
        tally = self.count(
            result("//io:wake_test", "FAILED", failed, attempt=1),
            result("//io:wake_test", "PASSED", passed, attempt=2),
        )
        self.assertEqual((tally.passed, tally.failures), (1, []))

    def test_each_test_that_does_not_build_counts_as_one_failed(self):
        tally = self.count(
            configured("//io:loop_test", "cc_test rule"),
            configured("//io:io", "cc_library rule"),
            completed("//io:io", False),
            completed("//io:loop_test", False),
            completed("//base:base", True),
        )
        self.assertEqual((tally.passed, tally.failures), (0, ["//io:loop_test does not build"]))

    def test_a_library_without_a_test_that_does_not_build_counts_as_one_failed(self):
        tally = self.count(configured("//io:io", "cc_library rule"), completed("//io:io", False))
        self.assertEqual(tally.failures, ["//io:io does not build"])

    def test_what_an_interrupted_build_did_not_get_to_is_not_broken(self):
        interrupted = completed("//io:loop_test", False)
        del interrupted["completed"]
        interrupted["aborted"] = {"reason": "USER_INTERRUPTED"}
        tally = self.count(configured("//io:loop_test", "cc_test rule"), interrupted)
        self.assertEqual((tally.passed, tally.failures), (0, []))

    def test_a_target_that_cannot_be_analysed_counts_as_one_failed(self):
        event = completed("//io:loop_test", False)
        del event["completed"]
        event["aborted"] = {"reason": "ANALYSIS_FAILURE"}
        self.assertEqual(self.count(event).failures, ["//io:loop_test does not build"])

    def test_a_package_that_does_not_load_counts_as_one_failed(self):
        identity = {"pattern": {"pattern": ["//nowhere/..."]}}
        tally = self.count({"id": identity, "aborted": {"reason": "LOADING_FAILURE"}})
        self.assertEqual(tally.failures, ["the build does not build"])

    def test_the_last_line_has_all_three_counts(self):
        log = self.log("a.xml", SKIPPING_LOG)
        events = self.log("events", json.dumps(result("//io:a", "PASSED", log)))
        done = subprocess.run(
            [sys.executable, "-B", "-m", "tools.dev.count_cases", str(events)],
            capture_output=True,
            text=True,
            check=False,
        )
        self.assertEqual(done.stdout.splitlines()[-1], "0 passed, 0 failed, 2 skipped")
        self.assertTrue(done.stdout.startswith("skipped: //io:a NginxTest.Relays: "), done.stdout)


if __name__ == "__main__":
    unittest.main()
