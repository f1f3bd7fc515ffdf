# SPDX-License-Identifier: Apache-2.0
"""Counts the test cases of one `bazel test`, and ends with `N passed, N failed, N skipped`.

It reads the file of --build_event_json_file, which names each test's log, cached results included.
A program that breaks before it can write its log, a target that does not build, and a test that
fails after its last case (a leak, say) count as one failed case each.
"""

import argparse
import dataclasses
import json
import sys
import urllib.parse
import xml.etree.ElementTree


@dataclasses.dataclass
class Tally:
    passed: int = 0
    failures: list = dataclasses.field(default_factory=list)
    skipped: list = dataclasses.field(default_factory=list)


def reason(case):
    """Why a case was skipped, where it says so: GoogleTest has it in an attribute."""
    skipped = case.find("skipped")
    words = "" if skipped is None else skipped.get("message") or skipped.text or ""
    # GoogleTest's first line is the place in the source.
    return f": {' '.join(words.split())}" if words.strip() else ""


def count_log(path, label, tally):
    """Adds the cases of one test.xml; tells whether one of them failed."""
    failures_before = len(tally.failures)
    for case in xml.etree.ElementTree.parse(path).getroot().iter("testcase"):
        name = ".".join(filter(None, [case.get("classname"), case.get("name")]))
        if case.find("failure") is not None or case.find("error") is not None:
            tally.failures.append(f"{label} {name}")
        elif case.get("status") == "notrun" or case.find("skipped") is not None:
            tally.skipped.append(f"{label} {name}{reason(case)}")
        else:
            tally.passed += 1
    return len(tally.failures) > failures_before


def count_result(label, result, tally):
    """Adds one run (or shard) of one test target."""
    seen_failure = False
    for output in result.get("testActionOutput", []):
        if output.get("name") != "test.xml":
            continue
        path = urllib.parse.unquote(urllib.parse.urlparse(output["uri"]).path)
        try:
            seen_failure = count_log(path, label, tally)
        except (OSError, xml.etree.ElementTree.ParseError):
            tally.failures.append(f"{label} left no readable log")
            seen_failure = True
    if result["status"] not in ("PASSED", "FLAKY") and not seen_failure:
        tally.failures.append(f"{label} {result['status']}")


def is_broken(event):
    """Whether a target's last event says that it could not be built.

    What nobody got to, because Bazel was interrupted, is not broken.
    """
    if "aborted" in event:
        return event["aborted"].get("reason") in ("LOADING_FAILURE", "ANALYSIS_FAILURE")
    return not event.get("completed", {}).get("success")


def count_events(lines):
    tally = Tally()
    last_attempt = {}  # (label, run, shard): only the last attempt of a flaky test counts
    broken, libraries, tested = set(), set(), set()
    for line in lines:
        event = json.loads(line)
        identity = event["id"]
        label = next(iter(identity.values())).get("label", "the build")
        if "testResult" in event:
            key = identity["testResult"]
            last_attempt[label, key.get("run"), key.get("shard")] = event["testResult"]
            tested.add(label)
        elif "configured" in event:
            if not event["configured"].get("targetKind", "").endswith("_test rule"):
                libraries.add(label)
        elif ("targetCompleted" in identity or "aborted" in event) and is_broken(event):
            broken.add(label)
    for (label, _, _), result in sorted(last_attempt.items()):
        count_result(label, result, tally)
    # A library that does not build shows in its tests; one without tests is a failure of its own.
    broken -= tested
    failed = sorted(broken - libraries) or ([] if tally.failures else sorted(broken))
    tally.failures += [f"{label} does not build" for label in failed]
    return tally


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--bazel-status", type=int, default=0, help="the exit code of bazel itself")
    parser.add_argument("events", help="the file that bazel wrote")
    arguments = parser.parse_args()
    with open(arguments.events, encoding="utf-8") as events:
        tally = count_events(events)
    # 4: no test among the targets; whatever else went wrong must not read as success.
    if arguments.bazel_status and not tally.failures:
        tally.failures.append(f"bazel ended with code {arguments.bazel_status}")
    for name in tally.skipped:
        print(f"skipped: {name}")
    for name in tally.failures:
        print(f"failed: {name}")
    counts = f"{tally.passed} passed, {len(tally.failures)} failed, {len(tally.skipped)} skipped"
    print(counts, flush=True)
    return 1 if tally.failures else 0


if __name__ == "__main__":
    sys.exit(main())
