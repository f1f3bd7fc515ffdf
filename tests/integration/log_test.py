# SPDX-License-Identifier: Apache-2.0
"""The binary whose log nobody reads, or whose file is renamed; and one without descriptors.

`mailroomd --access-log 2>&1 | head -1` is a reader that goes; one that never reads fills the pipe.
"""

import fcntl
import http.client
import json
import os
import re
import select
import signal
import socket
import subprocess
import tempfile
import threading
import unittest

from tests.integration.running import ECHO, GREET, JSON, PATIENCE_SECONDS, await_so

BINARY = "examples/mailroomd/mailroomd"
THREADS = {
    "workers": ["--workers", "2"],
    "none": ["--workers", "0"],
    "loops": ["--workers", "2", "--io-threads", "2"],
    "loops alone": ["--workers", "0", "--io-threads", "2"],
}
# What the access log repeats of it at most, as \ufffd, six bytes each: it is no UTF-8.
LONG_NAME = "\xff" * 200
CALL = (
    f"POST {GREET} HTTP/1.1\r\nhost: a\r\ncontent-type: application/json\r\n"
    f"user-agent: {LONG_NAME}\r\ncontent-length: 2\r\n\r\n{{}}"
).encode("latin-1")
ANSWER = b"HTTP/1.1 200 "
CALLERS = 8
CALLS = 10_000
# Their lines fill every buffer there is: 4 MiB a loop, the log's 4 MiB, and a pipe.
CALLS_THAT_FILL = 24_000
TOGETHER = 10
SECOND_SIGNAL = 128 + signal.SIGTERM


def fill(fd):
    """Until a writer to that pipe would wait."""
    os.set_blocking(fd, False)
    try:
        while True:
            os.write(fd, b"." * select.PIPE_BUF)
    except BlockingIOError:
        os.set_blocking(fd, True)


class UnixConnection(http.client.HTTPConnection):
    def __init__(self, path):
        super().__init__("localhost", timeout=PATIENCE_SECONDS)
        self.path = path

    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(PATIENCE_SECONDS)
        self.sock.connect(self.path)


def ask(path, method, page, body=None):
    connection = UnixConnection(path)
    connection.request(method, page, body, JSON)
    answer = connection.getresponse()
    text = answer.read().decode()
    connection.close()
    return answer.status, text


class Server:
    """A mailroomd on two Unix sockets. Whoever starts it says what stdout and stderr are."""

    def __init__(self, *flags, output, errors=subprocess.STDOUT, before=()):
        self.folder = tempfile.TemporaryDirectory(dir="/tmp")
        self.calls = os.path.join(self.folder.name, "http")
        self.operators = os.path.join(self.folder.name, "admin")
        self.process = subprocess.Popen(
            [*before, BINARY, "--listen", f"unix:{self.calls}"]
            + ["--admin-listen", f"unix:{self.operators}", *flags],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=errors,
        )

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        self.folder.cleanup()

    def await_start(self):
        def listens():
            if self.process.poll() is not None:
                raise AssertionError(f"it ended with {self.process.returncode}")
            return os.path.exists(self.operators) and self.ready() == 200

        await_so(listens, lambda: "the server is not there")

    def ready(self):
        try:
            return ask(self.operators, "GET", "/readyz")[0]
        except ConnectionRefusedError:  # bound, and not yet listening
            return None

    def greet(self):
        return ask(self.calls, "POST", GREET, "{}")[0]

    def metric(self, name):
        text = ask(self.operators, "GET", "/metrics")[1]
        return int(float(re.search(rf"^{name} (\S+)$", text, re.MULTILINE)[1]))

    def call_many(self, calls):
        """Some at a time on a few connections; how many were answered."""
        answered = []

        def caller():
            with socket.socket(socket.AF_UNIX) as peer:
                peer.settimeout(PATIENCE_SECONDS)
                peer.connect(self.calls)
                for _ in range(calls // CALLERS // TOGETHER):
                    peer.sendall(CALL * TOGETHER)
                    answers = b""
                    while answers.count(ANSWER) < TOGETHER or not answers.endswith(b"}"):
                        piece = peer.recv(65536)
                        if not piece:
                            return
                        answers += piece
                    answered.append(TOGETHER)

        threads = [threading.Thread(target=caller) for _ in range(CALLERS)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        return sum(answered)

    def signal(self, number):
        self.process.send_signal(number)

    def wait(self):
        return self.process.wait(PATIENCE_SECONDS)


class PipedServer(Server):
    """stdout and stderr are one pipe, of which the first line is read: `2>&1 | head -1`."""

    def __init__(self, *flags):
        self.reader, writer = os.pipe()
        try:
            super().__init__("--access-log", *flags, output=writer)
        finally:
            os.close(writer)
        self.first_line = b""
        while not self.first_line.endswith(b"\n"):
            byte = os.read(self.reader, 1)
            if not byte:
                raise AssertionError(f"it ended with {self.wait()}")
            self.first_line += byte

    def __exit__(self, *rest):
        super().__exit__(*rest)
        self.leave()

    def leave(self):
        if self.reader is not None:
            os.close(self.reader)
            self.reader = None

    def read_into(self, pieces):
        while piece := os.read(self.reader, 1 << 20):
            pieces.append(piece)


class NobodyReadsTest(unittest.TestCase):
    def check_calls_and_drain(self, leaves):
        for name, flags in THREADS.items():
            with self.subTest(name), PipedServer(*flags, "--drain-delay", "300ms") as server:
                self.assertIn(b"listening on unix:", server.first_line)
                server.await_start()
                if leaves:
                    server.leave()
                calls = CALLS if leaves else CALLS_THAT_FILL
                self.assertEqual(server.call_many(calls), calls)
                self.assertEqual(server.greet(), 200)
                lost = "mailroom_access_log_dropped_total"
                if leaves:
                    wanted = calls + 1
                    await_so(lambda: server.metric(lost) == wanted, lambda: server.metric(lost))
                else:
                    self.assertGreater(server.metric(lost), 0)
                    self.assertLess(server.metric(lost), calls)
                server.signal(signal.SIGTERM)
                await_so(lambda: server.ready() == 503, lambda: "/readyz says 200")
                self.assertEqual(server.greet(), 200)
                self.assertEqual(server.wait(), 0)

    def test_a_reader_that_goes_costs_lines_and_nothing_else(self):
        self.check_calls_and_drain(leaves=True)

    def test_a_reader_that_never_reads_costs_lines_and_nothing_else(self):
        self.check_calls_and_drain(leaves=False)

    def test_a_second_signal_ends_it_at_once(self):
        for name, flags in THREADS.items():
            for leaves in (True, False):
                what = f"{name}, {'gone' if leaves else 'never reads'}"
                with self.subTest(what), PipedServer(*flags, "--drain-delay", "1h") as server:
                    server.await_start()
                    if leaves:
                        server.leave()
                    self.assertEqual(server.call_many(400), 400)
                    server.signal(signal.SIGTERM)
                    await_so(lambda: server.ready() == 503, lambda: "/readyz says 200")
                    self.assertEqual(server.greet(), 200)
                    server.signal(signal.SIGTERM)
                    self.assertEqual(server.wait(), SECOND_SIGNAL)

    def test_a_reader_that_comes_back_gets_whole_lines_and_the_number_of_those_lost(self):
        with PipedServer("--workers", "2", "--log-format", "json") as server:
            server.await_start()
            self.assertEqual(server.call_many(CALLS), CALLS)
            lost = server.metric("mailroom_access_log_dropped_total")
            self.assertGreater(lost, 0)
            said = "lines of the log were lost: its reader was slow or gone"
            pieces = []
            reading = threading.Thread(target=server.read_into, args=(pieces,))
            reading.start()
            # Those that waited are out by then; after SIGTERM they would have a second.
            await_so(lambda: said.encode() in b"".join(pieces), lambda: "it is not told")
            server.signal(signal.SIGTERM)
            self.assertEqual(server.wait(), 0)
            reading.join()
            whole = b"".join(pieces).splitlines()
            log = [json.loads(line) for line in whole if line.startswith(b"{")]
            messages = [line["message"] for line in log]
            self.assertEqual(messages.count("access") + lost, CALLS)
            told = [int(message.split()[0]) for message in messages if message.endswith(said)]
            self.assertEqual(told, [lost])
            self.assertTrue(any("draining" in message for message in messages), messages[-3:])

    def check_start_and_end(self, writer):
        with Server("--access-log", output=writer) as server:
            server.await_start()
            self.assertEqual(server.greet(), 200)
            server.signal(signal.SIGTERM)
            self.assertEqual(server.wait(), 0)
        # Nor does it hold up one that cannot start.
        with Server("--max-body-memory-bytes", "1", output=writer) as server:
            self.assertEqual(server.wait(), 1)

    def test_a_pipe_that_is_full_or_has_no_reader_from_the_start_holds_nothing_up(self):
        reader, writer = os.pipe()
        fill(writer)
        self.check_start_and_end(writer)
        os.close(reader)
        self.check_start_and_end(writer)
        os.close(writer)

    def test_the_flags_of_the_open_file_are_left_alone(self):
        # They are the terminal's, or the supervisor's, as well.
        reader, writer = os.pipe()
        with Server("--access-log", output=writer) as server:
            server.await_start()
            server.greet()
            self.assertTrue(os.get_blocking(writer))
        self.assertTrue(os.get_blocking(writer))
        self.assertEqual(fcntl.fcntl(writer, fcntl.F_GETFL) & os.O_APPEND, 0)
        os.close(reader)
        os.close(writer)


class HangupTest(unittest.TestCase):
    def lines_of(self, path):
        with open(path, encoding="utf-8") as file:
            return file.read()

    def test_it_opens_the_file_anew_as_logrotate_wants_it(self):
        with tempfile.TemporaryDirectory(dir="/tmp") as folder:
            path = os.path.join(folder, "server.log")
            flags = ["--access-log", "--log-file", path, "--drain-delay", "1h"]
            with Server(*flags, output=subprocess.PIPE) as server:
                server.await_start()
                self.assertEqual(os.stat(path).st_mode & 0o777 & ~0o640, 0)
                for number in range(3):
                    self.assertEqual(server.greet(), 200)
                    await_so(lambda: GREET in self.lines_of(path), lambda: self.lines_of(path))
                    old = f"{path}.{number}"
                    os.rename(path, old)
                    self.assertEqual(server.greet(), 200)
                    await_so(
                        lambda: self.lines_of(old).count(GREET) == 2,
                        lambda: self.lines_of(old),
                    )
                    server.signal(signal.SIGHUP)
                    await_so(lambda: os.path.exists(path), lambda: self.lines_of(old))
                    await_so(
                        lambda: "log file opened anew: " + path in self.lines_of(path),
                        lambda: self.lines_of(path),
                    )
                # In a drain it does the same, and is no second signal.
                server.signal(signal.SIGTERM)
                await_so(lambda: server.ready() == 503, lambda: "/readyz says 200")
                os.rename(path, path + ".drain")
                server.signal(signal.SIGHUP)
                await_so(lambda: os.path.exists(path), lambda: self.lines_of(path + ".drain"))
                self.assertEqual(server.greet(), 200)
                # What cannot be opened leaves the one that is open.
                os.rename(path, path + ".last")
                os.mkdir(path)
                server.signal(signal.SIGHUP)
                await_so(
                    lambda: "goes on in the file that was open" in self.lines_of(path + ".last"),
                    lambda: self.lines_of(path + ".last"),
                )
                server.signal(signal.SIGTERM)
                self.assertEqual(server.process.communicate()[0].count(b"access]"), 0)
                self.assertEqual(server.wait(), SECOND_SIGNAL)
                self.assertIn("second signal", self.lines_of(path + ".last"))

    def test_without_a_file_it_says_that_there_is_none(self):
        for flags in (["--workers", "2"], ["--workers", "0", "--io-threads", "2"]):
            with tempfile.NamedTemporaryFile("r") as log, Server(*flags, output=log) as server:
                server.await_start()
                for number in range(1, 4):
                    server.signal(signal.SIGHUP)
                    said = "SIGHUP: nothing to open anew: the log goes to stderr"
                    await_so(
                        lambda: self.lines_of(log.name).count(said) == number,
                        lambda: self.lines_of(log.name),
                    )
                self.assertEqual(server.greet(), 200)
                server.signal(signal.SIGTERM)
                self.assertEqual(server.wait(), 0)

    def test_it_ends_nothing_when_the_loops_are_done(self):
        # Until its very end: what read the signals is gone by then.
        with tempfile.NamedTemporaryFile("r") as log:
            flags = ["--workers", "2", "--drain-timeout", "1ms"]
            with Server(*flags, output=log) as server:
                server.await_start()
                body = '{"message": "late", "delayMs": 600000}'
                caller = UnixConnection(server.calls)
                caller.request("POST", ECHO, body, JSON)
                await_so(lambda: server.metric("mailroom_dispatched_total") == 1, lambda: "no call")
                server.signal(signal.SIGTERM)
                while server.process.poll() is None:
                    server.signal(signal.SIGHUP)
                self.assertEqual(server.wait(), 0)
                caller.close()

    def test_a_file_that_cannot_be_opened_is_told_at_the_start(self):
        ended = subprocess.run(
            [BINARY, "--listen", "127.0.0.1:0", "--admin-listen", ""]
            + ["--log-file", "none/server.log"],
            capture_output=True,
            text=True,
            check=False,
        )
        self.assertEqual(ended.returncode, 1)
        self.assertIn("--log-file: the log file none/server.log cannot be opened", ended.stderr)
        self.assertIn("No such file or directory", ended.stderr)


class StandardDescriptorsTest(unittest.TestCase):
    def test_those_that_are_closed_at_the_start_are_dev_null(self):
        for closed in ([0, 1, 2], [1], [2], [0, 2]):
            closing = " ".join(f"{fd}>&-" for fd in closed)
            before = ["bash", "-c", f'exec "$@" {closing}', "bash"]
            with self.subTest(closed), Server(
                "--access-log", output=subprocess.DEVNULL, before=before
            ) as server:
                server.await_start()
                self.assertEqual(server.greet(), 200)
                for fd in (0, 1, 2):
                    link = os.readlink(f"/proc/{server.process.pid}/fd/{fd}")
                    self.assertEqual(link, "/dev/null", fd)
                server.signal(signal.SIGTERM)
                self.assertEqual(server.wait(), 0)


if __name__ == "__main__":
    unittest.main()
