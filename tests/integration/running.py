# SPDX-License-Identifier: Apache-2.0
"""A mailroomd of its own process, on free ports of the loopback, and what can be seen of it."""

import http.client
import os
import re
import signal
import subprocess
import tempfile
import time

GREET = "/mailroom.greet.v1.GreetService/Greet"
ECHO = "/mailroom.echo.v1.EchoService/Echo"
JSON = {"content-type": "application/json"}
# What has not happened by then, on a machine however busy, never will.
PATIENCE_SECONDS = 120


def is_sanitized(binary):
    """Sanitizers are ten times slower, and keep what is freed for a while."""
    with open(binary, "rb") as file:
        return b"__tsan_init" in (text := file.read()) or b"__asan_init" in text


class Mailroomd:
    """A running server. What it says on stderr goes to a file: a pipe may fill."""

    def __init__(self, binary, *flags, listen="127.0.0.1:0"):
        self.errors = tempfile.TemporaryFile("w+")
        self.process = subprocess.Popen(
            [binary, "--listen", listen, "--admin-listen", "127.0.0.1:0", *flags],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=self.errors,
            text=True,
        )
        self.pid = self.process.pid
        self.banner = ""
        while "try: " not in self.banner:
            line = self.process.stdout.readline()
            if not line:
                said = self.said()
                self.kill()
                raise AssertionError(f"the server did not start: {self.banner}{said}")
            self.banner += line
        self.port = self._port("listening")
        self.admin_port = self._port("admin")

    def _port(self, what):
        return int(re.search(what + r" on http://127\.0\.0\.1:(\d+)", self.banner)[1])

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.kill()

    def said(self):
        self.errors.seek(0)
        return self.errors.read()

    def kill(self):
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        self.process.stdout.close()
        self.errors.close()

    def stop(self):
        """Asks it to drain and waits; its exit code."""
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(PATIENCE_SECONDS)

    # ---------------------------------------------------------------- what /proc knows

    def descriptors(self):
        """Those that stay: a connection that is about to close is not counted."""
        seen = set()
        for _ in range(20):
            seen.add(len(os.listdir(f"/proc/{self.pid}/fd")))
            time.sleep(0.01)
        return min(seen)

    def open_files(self):
        """What its descriptors stand for, for a message."""
        folder = f"/proc/{self.pid}/fd"
        files = {}
        for number in os.listdir(folder):
            try:
                files[int(number)] = os.readlink(f"{folder}/{number}")
            except FileNotFoundError:  # closed meanwhile
                pass
        return files

    def memory(self, what="VmRSS"):
        """In bytes. VmRSS: resident now; VmHWM: at most so far."""
        with open(f"/proc/{self.pid}/status", encoding="utf-8") as file:
            return int(re.search(what + r":\s*(\d+) kB", file.read())[1]) * 1024

    # ---------------------------------------------------------------- what it tells

    def admin(self, path):
        connection = http.client.HTTPConnection("127.0.0.1", self.admin_port, PATIENCE_SECONDS)
        connection.request("GET", path)
        answer = connection.getresponse()
        text = answer.read().decode()
        connection.close()
        return answer.status, text

    def metrics(self):
        """Every series and its value."""
        text = self.admin("/metrics")[1]
        lines = (line.rpartition(" ") for line in text.splitlines() if not line.startswith("#"))
        return {series: float(value) for series, _, value in lines}


def await_so(condition, what):
    """Until it is so; `what` says what did not come to pass."""
    end = time.monotonic() + PATIENCE_SECONDS
    while not condition():
        if time.monotonic() > end:
            raise AssertionError(f"not within {PATIENCE_SECONDS} s: {what()}")
        time.sleep(0.01)
