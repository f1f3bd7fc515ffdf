# SPDX-License-Identifier: Apache-2.0
"""The binary as systemd starts it: told by variables, with sockets that stand open."""

import http.client
import os
import signal
import socket
import subprocess
import tempfile
import unittest

BINARY = "examples/mailroomd/mailroomd"
GREET = "/mailroom.greet.v1.GreetService/Greet"
# Far beyond what anything here takes; a bound for what hangs.
PATIENCE_S = 60


def call(port):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE_S)
    connection.request("POST", GREET, "{}", {"content-type": "application/json"})
    status = connection.getresponse().status
    connection.close()
    return status


class Manager:
    """What systemd is to a service: a datagram socket, variables, open sockets."""

    def __init__(self, address):
        self.notices = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.notices.bind("\0" + address[1:] if address[0] == "@" else address)
        self.notices.settimeout(PATIENCE_S)
        self.environment = {**os.environ, "NOTIFY_SOCKET": address}

    def start(self, *flags, sockets=(), names=None):
        redirections = " ".join(
            f"{3 + i}<&{listening.fileno()}" for i, listening in enumerate(sockets)
        )
        if sockets:
            self.environment["LISTEN_FDS"] = str(len(sockets))
        if names:
            self.environment["LISTEN_FDNAMES"] = names
        listen_pid = "LISTEN_PID=$$ " if sockets else ""
        return subprocess.Popen(
            ["bash", "-c", f'{listen_pid}exec "$@" {redirections}', "bash", BINARY, *flags],
            env=self.environment,
            pass_fds=[listening.fileno() for listening in sockets],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
        )

    def next(self):
        return self.notices.recv(4096).decode().splitlines()

    def await_notice(self, wanted):
        while wanted not in self.next():
            pass


class ServiceManagerTest(unittest.TestCase):
    def finish(self, process):
        process.send_signal(signal.SIGTERM)
        errors = process.communicate(timeout=PATIENCE_S)[1]
        self.assertEqual(process.returncode, 0, errors)

    def test_tells_that_it_serves_and_that_it_ends(self):
        with tempfile.TemporaryDirectory() as folder:
            for address in (folder + "/notify", f"@mailroom-{os.getpid()}"):
                manager = Manager(address)
                process = manager.start("--listen", "127.0.0.1:0", "--admin-listen", "")
                ready = manager.next()
                self.assertEqual(ready[0], "READY=1")
                self.assertRegex(ready[1], r"STATUS=serving on 127\.0\.0\.1:\d+")
                process.send_signal(signal.SIGTERM)
                self.assertEqual(manager.next(), ["STOPPING=1", "STATUS=draining"])
                process.communicate(timeout=PATIENCE_S)
                self.assertEqual(process.returncode, 0)

    def test_beats_while_it_turns(self):
        manager = Manager(f"@mailroom-beats-{os.getpid()}")
        manager.environment["WATCHDOG_USEC"] = "200000"
        process = manager.start(
            "--listen", "127.0.0.1:0", "--admin-listen", "", "--io-threads", "2"
        )
        manager.await_notice("READY=1")
        for _ in range(3):
            manager.await_notice("WATCHDOG=1")
        # A process that does not turn does not beat: stopped, it says nothing.
        process.send_signal(signal.SIGSTOP)
        os.waitpid(process.pid, os.WUNTRACED)
        manager.notices.setblocking(False)
        with self.assertRaises(BlockingIOError):
            while True:
                manager.notices.recv(4096)
        process.send_signal(signal.SIGCONT)
        manager.notices.settimeout(PATIENCE_S)
        manager.await_notice("WATCHDOG=1")
        self.finish(process)

    def test_serves_on_sockets_that_stand_open(self):
        for names in ("admin:http", None):
            manager = Manager(f"@mailroom-open-{os.getpid()}-{names}")
            with socket.create_server(("127.0.0.1", 0)) as one:
                with socket.create_server(("127.0.0.1", 0)) as two:
                    process = manager.start(sockets=(one, two), names=names)
                    manager.await_notice("READY=1")
                    callers = two if names else one
                    self.assertEqual(call(callers.getsockname()[1]), 200)
                    self.finish(process)

    def test_empty_variables_are_unset(self):
        manager = Manager(f"@mailroom-empty-{os.getpid()}")
        empty = ("WATCHDOG_USEC", "WATCHDOG_PID", "LISTEN_PID", "LISTEN_FDS", "LISTEN_FDNAMES")
        manager.environment.update({name: "" for name in empty})
        process = manager.start("--listen", "127.0.0.1:0", "--admin-listen", "")
        manager.await_notice("READY=1")
        self.finish(process)
        process = subprocess.Popen(
            [BINARY, "--listen", "127.0.0.1:0", "--admin-listen", ""],
            env={**os.environ, "NOTIFY_SOCKET": ""},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        self.assertIn(b"listening on", process.stdout.readline())
        self.finish(process)

    def test_an_address_that_is_none_is_told(self):
        process = subprocess.run(
            [BINARY, "--listen", "127.0.0.1:0", "--admin-listen", ""],
            env={**os.environ, "NOTIFY_SOCKET": "nowhere"},
            capture_output=True,
            check=False,
            timeout=PATIENCE_S,
        )
        self.assertEqual(process.returncode, 1)
        self.assertIn(b"NOTIFY_SOCKET=nowhere", process.stderr)


if __name__ == "__main__":
    unittest.main()
