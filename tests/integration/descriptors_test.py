# SPDX-License-Identifier: Apache-2.0
"""A server that may open 64 descriptors, and more callers than that."""

import http.client
import json
import os
import re
import resource
import select
import signal
import socket
import subprocess
import tempfile
import unittest

BINARY = "examples/mailroomd/mailroomd"
GREET = "/mailroom.greet.v1.GreetService/Greet"
HEADERS = {"content-type": "application/json"}
CALL = (
    f"POST {GREET} HTTP/1.1\r\nhost: a\r\ncontent-type: application/json\r\n"
    "content-length: 2\r\n\r\n{}"
).encode()
LIMIT = 64
CROWD = 200


class Server:
    """A running mailroomd that may open few descriptors.

    UndefinedBehaviorSanitizer's check of an object's type asks the kernel by a pipe whether it may
    look: without a descriptor to spare it would find that objects are none. The other checks stay.
    """

    def __init__(self, *flags, hard=LIMIT):
        self.suppressions = tempfile.NamedTemporaryFile("w")
        self.suppressions.write("vptr:*\n")
        self.suppressions.flush()
        options = os.environ.get("UBSAN_OPTIONS", "")
        self.process = subprocess.Popen(
            [BINARY, "--listen", "127.0.0.1:0", "--admin-listen", "127.0.0.1:0", *flags],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_NOFILE, (LIMIT, hard)),
            env=os.environ | {"UBSAN_OPTIONS": f"{options}:suppressions={self.suppressions.name}"},
        )
        banner = ""
        while "try: " not in banner:
            line = self.process.stdout.readline()
            if not line:
                raise AssertionError(self.process.communicate()[1])
            banner += line
        self.port = int(re.search(r"listening on http://127\.0\.0\.1:(\d+)", banner)[1])
        admin_port = int(re.search(r"admin on http://127\.0\.0\.1:(\d+)", banner)[1])
        self.admin = http.client.HTTPConnection("127.0.0.1", admin_port)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.admin.close()
        if self.process.poll() is None:
            self.process.kill()
        self.process.communicate()
        self.suppressions.close()

    def ask_admin(self, path):
        self.admin.request("GET", path)
        answer = self.admin.getresponse()
        return answer.status, answer.read().decode()

    def metric(self, name):
        text = self.ask_admin("/metrics")[1]
        return float(re.search(rf"^{name} (\S+)$", text, re.MULTILINE)[1])

    def descriptors(self):
        return len(os.listdir(f"/proc/{self.process.pid}/fd"))


class Bystander:
    """Somebody who was there before the others came."""

    def __init__(self, port):
        self.connection = http.client.HTTPConnection("127.0.0.1", port)

    def call(self):
        self.connection.request("POST", GREET, json.dumps({"name": "me"}), HEADERS)
        answer = self.connection.getresponse()
        return answer.status, answer.read()


def crowd(port):
    """Connections, each with a call on its way."""
    callers = []
    for _ in range(CROWD):
        caller = socket.create_connection(("127.0.0.1", port))
        try:
            caller.send(CALL)
        except (BrokenPipeError, ConnectionResetError):
            pass  # it was sent away already
        callers.append(caller)
    return callers


def outcome(caller):
    """What became of a caller: its answer's first bytes, or nothing."""
    try:
        return caller.recv(4096)[:12]
    except ConnectionResetError:
        return b""


GREETED = (200, b'{"message":"Hello, me"}')


class DescriptorsTest(unittest.TestCase):
    def check_shortage(self, *flags):
        with Server(*flags) as server:
            bystander = Bystander(server.port)
            self.assertEqual(bystander.call(), GREETED)
            self.assertEqual(server.ask_admin("/readyz")[0], 200)
            at_rest = server.descriptors()
            callers = crowd(server.port)
            for _ in range(200):
                self.assertEqual(bystander.call(), GREETED)
            # Some are served, the others are told at once: they do not hang.
            while server.metric("mailroom_accept_sheds_total") == 0:
                self.assertEqual(bystander.call(), GREETED)
            outcomes = []
            while callers:
                ready = select.select(callers, [], [], 60)[0]
                self.assertTrue(ready, f"{len(callers)} callers hang")
                for caller in ready:
                    outcomes.append(outcome(caller))
                    caller.close()
                    callers.remove(caller)
                self.assertEqual(bystander.call(), GREETED)
            self.assertEqual(set(outcomes), {b"HTTP/1.1 200", b""})
            self.assertLessEqual(server.descriptors(), LIMIT)
            # And then everything is as before.
            while server.descriptors() > at_rest:
                self.assertEqual(bystander.call(), GREETED)
            for _ in range(20):
                newcomer = Bystander(server.port)
                self.assertEqual(newcomer.call(), GREETED)
                newcomer.connection.close()
            self.assertEqual(bystander.call(), GREETED)
            while server.metric("mailroom_calls") > 0:  # as of the loops' last turn
                pass
            server.process.send_signal(signal.SIGTERM)
            bystander.connection.close()
            self.assertEqual(server.process.wait(), 0)

    def test_s29_a_shortage_is_survived_and_told(self):
        self.check_shortage("--workers", "2")

    def test_s29_with_several_loops_each_has_its_spare(self):
        self.check_shortage("--workers", "0", "--io-threads", "3")

    def test_a_limit_below_the_connections_is_told_and_a_soft_one_raised(self):
        with Server() as server:
            server.process.send_signal(signal.SIGTERM)
            said = server.process.communicate()[1]
            self.assertIn("--max-connections 10000 needs about 10144 descriptors, and this "
                          "process may open 64", said)
        with Server("--max-connections", "20", hard=1000) as server:
            self.assertEqual(server.metric("process_max_fds"), 164)

    def test_a_limit_below_the_shortage_closes_nobody(self):
        with Server("--workers", "2", "--max-connections", "20") as server:
            callers = crowd(server.port)
            answered = 0
            while callers:
                ready = select.select(callers, [], [], 60)[0]
                self.assertTrue(ready, f"{len(callers)} callers hang")
                for caller in ready:
                    self.assertEqual(outcome(caller), b"HTTP/1.1 200")
                    answered += 1
                    caller.close()
                    callers.remove(caller)
            self.assertEqual(answered, CROWD)
            self.assertEqual(server.metric("mailroom_accept_sheds_total"), 0)
            self.assertGreater(server.metric("mailroom_accept_pauses_total"), 0)

    def test_it_drains_without_a_descriptor_to_spare(self):
        with Server("--workers", "2", "--drain-timeout", "1s") as server:
            self.assertEqual(server.ask_admin("/readyz")[0], 200)
            callers = crowd(server.port)
            while server.metric("mailroom_accept_sheds_total") == 0:
                pass
            server.process.send_signal(signal.SIGTERM)
            self.assertEqual(server.process.wait(), 0)
            for caller in callers:
                caller.close()


if __name__ == "__main__":
    unittest.main()
