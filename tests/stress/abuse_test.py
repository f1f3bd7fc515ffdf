# SPDX-License-Identifier: Apache-2.0
"""Thousands of clients at their worst, while a bystander goes about its business.

The binary itself, watched from outside: whatever the crowd does, each of the bystander's calls
succeeds, the server's resident memory hardly grows, and when the crowd has gone everything is back
to rest. With the inline runner and with workers, with one loop and with two.
"""

import http.client
import json
import os
import random
import resource
import select
import subprocess
import sys
import unittest

from tests.integration.running import (
    GREET, JSON, PATIENCE_SECONDS, Mailroomd, await_so, is_sanitized)

BINARY = "examples/mailroomd/mailroomd"
GROWTH_BYTES = 64 * 1024 * 1024
BYSTANDERS_CALLS = 1000
# No deadline comes to the crowd's rescue, or each comes soon.
PATIENT = ("--header-timeout", "1h", "--body-timeout", "1h", "--idle-timeout", "1h",
           "--write-timeout", "1h")
STRICT = ("--header-timeout", "1s", "--body-timeout", "1s", "--idle-timeout", "3s",
          "--write-timeout", "1s")
GAUGES = ("mailroom_calls", "mailroom_timers", "mailroom_connections", "mailroom_mailbox_depth")


class Crowd:
    """One process full of clients: tests/stress/crowd.py."""

    def __init__(self, kind, server, count):
        self.kind = kind
        self.process = subprocess.Popen(
            [sys.executable, "-B", "-m", "tests.stress.crowd", kind, str(server.port), str(count)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def await_ready(self):
        ready, _, _ = select.select([self.process.stdout], [], [], PATIENCE_SECONDS)
        assert ready and self.process.stdout.readline() == "ready\n", self.kind
        return self

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.kill()

    def kill(self):
        self.process.kill()
        self.process.wait()
        self.process.stdin.close()
        self.process.stdout.close()

    def end(self):
        """What it saw."""
        self.process.stdin.close()
        return json.loads(self.process.stdout.read())


class Bystander:
    """Calls again and again, from a new connection now and then."""

    PER_CONNECTION = 50

    def __init__(self, server):
        self.server = server
        self.calls = 0
        self.answers = {}

    def call(self, times):
        connection = None
        for _ in range(times):
            if self.calls % self.PER_CONNECTION == 0 or connection is None:
                if connection is not None:
                    connection.close()
                connection = http.client.HTTPConnection("127.0.0.1", self.server.port,
                                                        PATIENCE_SECONDS)
            connection.request("POST", GREET, '{"name":"all"}', JSON)
            answer = connection.getresponse()
            said = answer.status, answer.read()
            self.answers[said] = self.answers.get(said, 0) + 1
            self.calls += 1
        connection.close()


class Abuse:
    """The cases; below, each layout of threads is a suite of its own."""

    loops = 1
    workers = 0

    @classmethod
    def setUpClass(cls):
        cls.sanitized = is_sanitized(BINARY)
        short = cls.sanitized or "MAILROOM_SHORT_TESTS" in os.environ  # of g++'s lane
        cls.crowd_size = 200 if short else 2000
        _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
        needed = 2 * cls.crowd_size + 200
        if most != resource.RLIM_INFINITY and most < needed:
            raise AssertionError(f"this test needs {needed} descriptors in one process, and the "
                                 f"hard limit is {most}: raise it (ulimit -Hn)")
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))

    def against(self, abuse, *flags):
        with Mailroomd(BINARY, "--io-threads", str(self.loops), "--workers", str(self.workers),
                       "--log-level", "error", *flags) as server:
            self.check(server, abuse)

    def check(self, server, abuse):
        Bystander(server).call(200)  # what is set up once is there
        await_so(lambda: self.at_rest(server), lambda: self.left(server))
        descriptors, resident = server.descriptors(), server.memory()
        bystander = Bystander(server)
        abuse(server, bystander)
        self.assertEqual(bystander.answers,
                         {(200, b'{"message":"Hello, all"}'): BYSTANDERS_CALLS})
        await_so(lambda: self.at_rest(server), lambda: self.left(server))
        await_so(lambda: server.descriptors() == descriptors,
                 lambda: f"{server.open_files()}, {descriptors} before; it said: {server.said()}")
        metrics = server.metrics()
        released = sum(value for series, value in metrics.items()
                       if series.startswith("mailroom_released_total"))
        self.assertEqual(metrics["mailroom_dispatched_total"],
                         metrics["mailroom_attached_total"] + released)
        grown, behind = server.memory("VmHWM") - resident, server.memory() - resident
        print(f"{self.id()}: resident {resident >> 10} KiB, at most "
              f"{grown >> 10} KiB more, {behind >> 10} KiB more behind it", file=sys.stderr)
        if not self.sanitized:
            self.assertLess(grown, GROWTH_BYTES)
        self.assertEqual(server.stop(), 0)

    def left(self, server):
        """The gauges that are not at zero, and the replies that are not home."""
        metrics = server.metrics()
        left = {series: value for series, value in metrics.items()
                if series.startswith(GAUGES) and value != 0}
        released = sum(value for series, value in metrics.items()
                       if series.startswith("mailroom_released_total"))
        abroad = released - metrics["mailroom_stale_replies_total"]
        return left | ({"envelopes": abroad} if abroad else {})

    def at_rest(self, server):
        return not self.left(server)

    def test_slow_senders_and_slow_readers_are_killed(self):
        def abuse(server, bystander):
            with Crowd("senders", server, self.crowd_size) as senders, \
                 Crowd("readers", server, self.crowd_size) as readers:
                senders.await_ready()
                readers.await_ready()
                bystander.call(BYSTANDERS_CALLS)
                metrics = server.metrics()
                # All of them were there all the time.
                self.assertGreaterEqual(
                    sum(value for series, value in metrics.items()
                        if series.startswith("mailroom_connections{")), 2 * self.crowd_size)
        self.against(abuse, *PATIENT)

    def test_slow_senders_and_slow_readers_are_evicted(self):
        def abuse(server, bystander):
            with Crowd("senders", server, self.crowd_size) as senders, \
                 Crowd("readers", server, self.crowd_size) as readers:
                bystander.call(BYSTANDERS_CALLS)
                senders.await_ready()
                readers.await_ready()
                await_so(lambda: self.at_rest(server), lambda: self.left(server))
                metrics = server.metrics()
                # Whoever was told why may linger behind it, and is cut off for that as well.
                evicted = {reason: metrics[f'mailroom_evicted_total{{reason="{reason}"}}']
                           for reason in ("header", "body", "idle", "write")}
                self.assertEqual(sum(evicted.values()), 2 * self.crowd_size, evicted)
        self.against(abuse, *STRICT)

    def test_slow_readers_leave_their_answers_to_the_server(self):
        def abuse(server, bystander):
            resident = server.memory()
            with Crowd("hoarders", server, self.crowd_size).await_ready():
                bystander.call(BYSTANDERS_CALLS)
                # The kernel has not taken them: they are what the memory is for.
                self.assertGreater(server.memory() - resident, self.crowd_size * 8 * 1024)
        self.against(abuse, *PATIENT, "--send-buffer-bytes", "4096")

    def test_callers_are_killed_in_the_middle_of_everything(self):
        def abuse(server, bystander):
            chance = random.Random(2026)
            parts = 5
            for _ in range(parts):
                with Crowd("callers", server, self.crowd_size // 8).await_ready() as callers:
                    before = chance.randrange(BYSTANDERS_CALLS // parts)
                    bystander.call(before)
                    callers.kill()
                    bystander.call(BYSTANDERS_CALLS // parts - before)
        self.against(abuse, *PATIENT)

    def test_a_mailbox_is_full(self):
        def abuse(server, bystander):
            with Crowd("flood", server, 64).await_ready() as flood:
                await_so(lambda: server.metrics()['mailroom_shed_total{reason="mailbox_full"}'],
                         lambda: "nothing was shed")
                bystander.call(BYSTANDERS_CALLS)
                seen = flood.end()
            self.assertEqual(sum(seen["answers"].values()), seen["asked"])
            self.assertEqual(set(seen["answers"]), {"200", "503"})
        self.against(abuse, *PATIENT, "--mailbox-capacity", "256")


class OneLoopInlineTest(Abuse, unittest.TestCase):
    pass


class OneLoopTwoWorkersTest(Abuse, unittest.TestCase):
    workers = 2


class TwoLoopsInlineTest(Abuse, unittest.TestCase):
    loops = 2


class TwoLoopsTwoWorkersTest(Abuse, unittest.TestCase):
    loops = 2
    workers = 2


if __name__ == "__main__":
    unittest.main()
