# SPDX-License-Identifier: Apache-2.0
"""Tests of tools/dev/dist.py, with mailroomd and with a program of another name."""

import os
import pathlib
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import tomllib
import unittest
from unittest import mock

from tools.dev import dist

MAILROOMD = pathlib.Path("examples/mailroomd/mailroomd")


class DistTest(unittest.TestCase):
    def setUp(self):
        self.folder = pathlib.Path(self.enterContext(tempfile.TemporaryDirectory()))

    def fill(self, name):
        program = self.folder / "built" / name
        program.parent.mkdir()
        shutil.copy(MAILROOMD, program)
        self.assertEqual(dist.fill(self.folder / "out", program), name)
        return self.folder / "out"

    def test_the_unit_starts_from_its_own_files_alone(self):
        out = self.fill("mailroomd")
        command = dist.unit_command(out, "mailroomd")
        self.assertEqual(command, [str(out / "mailroomd"), "--config", str(out / "mailroomd.toml")])
        dist.try_it(out, "mailroomd")

    def test_a_unit_that_cannot_start_is_told(self):
        out = self.fill("mailroomd")
        (out / "mailroomd.toml").write_text("workers = many\n")
        with self.assertRaisesRegex(SystemExit, "mailroomd.toml:1: workers: "):
            dist.try_it(out, "mailroomd")

    def test_a_program_of_another_name_has_files_of_that_name(self):
        out = self.fill("my-greet_2")
        dist.try_it(out, "my-greet_2")
        names = {path.name for path in out.iterdir()}
        own = {f"my-greet_2{ending}" for ending in ("", ".toml", ".service", ".socket")}
        self.assertEqual(names, own | {"Containerfile", "LICENSE", "README", "SHA256SUMS"})
        for name in names - {"my-greet_2", "LICENSE"}:
            text = (out / name).read_text()
            self.assertNotIn("mailroomd", text, name)
            self.assertNotRegex(text, r"\$(?!MAINPID\b)", name)
        sums = ["sha256sum", "--check", "--quiet", "SHA256SUMS"]
        self.assertEqual(subprocess.run(sums, cwd=out, check=False).returncode, 0)
        self.assertIn("libprotobuf", (out / "Containerfile").read_text())

    def test_the_file_holds_nothing_of_the_builders_environment(self):
        own = {"MAILROOM_WORKERS": "3", "MAILROOM_CONFIG": "/nowhere"}
        with mock.patch.dict(os.environ, own):
            file = self.fill("mailroomd") / "mailroomd.toml"
        clean = {"PATH": os.defpath}
        command = [MAILROOMD, "--print-config"]
        printed = subprocess.run(command, env=clean, check=True, capture_output=True, text=True)
        self.assertEqual(file.read_text(), printed.stdout)

    def test_why_a_program_prints_no_file_is_told(self):
        program = self.folder / "program"
        program.write_text("#!/bin/sh\necho no such $1 >&2\nexit 2\n")
        program.chmod(0o755)
        with self.assertRaisesRegex(SystemExit, "dist: .*/program --print-config: no such --print"):
            dist.defaults(program)

    def test_a_server_may_say_more_than_that_it_is_ready(self):
        running = mock.Mock(poll=lambda: None)
        here, there = socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)
        with here, there:
            for said in (b"STATUS=reading", b"NOT_READY=1", b"WATCHDOG=1\nREADY=1"):
                there.send(said)
            self.assertTrue(dist.is_ready(running, here))
            there.send(b"STATUS=reading")
            ended = mock.Mock(poll=lambda: 1)
            self.assertFalse(dist.is_ready(ended, here))

    def program(self, *lines):
        """A folder with the unit of a Python program."""
        out = self.folder / "out"
        out.mkdir()
        (out / "own.service").write_text("ExecStart=/usr/bin/own\n")
        ready = (
            "notices = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)",
            r"notices.connect(os.environ['NOTIFY_SOCKET'].replace('@', '\0'))",
            "notices.send(b'READY=1')",
        )
        text = "\n".join((f"#!{sys.executable}", "import os, signal, socket, sys", *lines, *ready))
        (out / "own").write_text(text + "\nsignal.pause()\n")
        (out / "own").chmod(0o755)
        return out

    def test_a_program_may_say_more_than_a_pipe_holds(self):
        out = self.program(
            "signal.signal(signal.SIGTERM, lambda *_: sys.exit())",
            "sys.stdout.write('x' * 1_000_000)",
            "sys.stderr.write('x' * 1_000_000)",
        )
        dist.try_it(out, "own")

    def test_one_that_ends_badly_is_told_with_what_it_said(self):
        out = self.program(
            "signal.signal(signal.SIGTERM, lambda *_: sys.exit(3))",
            "print('half written', file=sys.stderr)",
        )
        with self.assertRaisesRegex(SystemExit, "own started, and .* with 3: half written"):
            dist.try_it(out, "own")

    def test_one_that_does_not_end_is_killed(self):
        deaf = subprocess.Popen(
            ["cat"],
            stdin=subprocess.PIPE,
            preexec_fn=lambda: signal.signal(signal.SIGTERM, signal.SIG_IGN),
        )
        with deaf, mock.patch.object(dist, "PATIENCE_S", 0):
            self.assertEqual(dist.end(deaf), -signal.SIGKILL)

    def test_a_name_that_no_unit_can_have_is_refused(self):
        with self.assertRaisesRegex(SystemExit, "rename it"):
            dist.fill(self.folder, "with space")

    def test_another_reader_of_toml_agrees_about_the_file(self):
        read = tomllib.loads((self.fill("mailroomd") / "mailroomd.toml").read_text())
        self.assertEqual(read["listen"], ["127.0.0.1:8080"])
        self.assertEqual(read["idle-timeout"], "1m")
        self.assertIs(read["access-log"], False)
        self.assertEqual(read["max-connections"], 10000)


if __name__ == "__main__":
    unittest.main()
