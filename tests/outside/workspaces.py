# SPDX-License-Identifier: Apache-2.0
"""A folder outside of the tree, and a shell in it that runs the lines a document shows.

Bazel is the plain one, without a flag. Given for the sake of speed only, and changing nothing about
what is built: a disk cache (which earlier runs filled) and an output folder that goes away with the
workspaces.
"""

import os
import pathlib
import re
import selectors
import shutil
import signal
import subprocess
import tempfile
import time

TREE = pathlib.Path(__file__).resolve().parents[2]
# A server that has not spoken by then, on a machine however busy, never will: what it is built from
# may have to be compiled first.
PATIENCE_SECONDS = 1800

# In the tree ./dev calls Bazel with flags of its own.
_BAZEL = """#!/usr/bin/env bash
case $PWD/ in "{tree}"/*) exec "{bazel}" "$@" ;; esac
command=$1
shift
cache=()
case $command in build | run | test) cache=("--disk_cache={cache}" {newer_bazel}) ;; esac
exec "{bazel}" "--output_base={root}/bazel-$(basename "$PWD")" --max_idle_secs=60 \\
  "$command" "${{cache[@]}}" "$@"
"""


def newer_bazel():
    """Bazel 7 asks for a MODULE.bazel unless it is told."""
    version = subprocess.run(["bazel", "--version"], capture_output=True, text=True, check=True)
    major = re.search(r"(\d+)\.", version.stdout)
    return "--enable_workspace --noenable_bzlmod" if major and int(major[1]) >= 7 else ""


class Outside:
    """The folder. The clone is in it as `mailroom`, as the guide has it."""

    def __init__(self):
        self.root = pathlib.Path(tempfile.mkdtemp(prefix="mailroom-outside-")).resolve()
        (self.root / "mailroom").symlink_to(TREE)
        programs = self.root / "programs"
        programs.mkdir()
        shim = programs / "bazel"
        cache = pathlib.Path.home() / ".cache" / "mailroom" / "outside"
        shim.write_text(
            _BAZEL.format(
                tree=TREE,
                bazel=shutil.which("bazel"),
                cache=cache,
                newer_bazel=newer_bazel(),
                root=self.root,
            )
        )
        shim.chmod(0o755)
        unwanted = ("CC", "CXX", "BAZEL_CXXOPTS", "BAZEL_LINKOPTS", "OLDPWD")
        self.environment = {
            name: value
            for name, value in os.environ.items()
            if name not in unwanted and not name.startswith("MAILROOM_")
        }
        self.environment["PATH"] = f"{programs}:{self.environment['PATH']}"
        # No proxy of the surroundings stands between this machine and itself.
        self.environment["no_proxy"] = "*"

    def remove(self):
        for folder in self.root.iterdir():
            if (folder / "WORKSPACE").exists() and not folder.is_symlink():
                self.shell(folder).run("bazel shutdown")
        # Bazel writes its outputs read-only.
        subprocess.run(["chmod", "-R", "u+w", str(self.root)], check=False)
        shutil.rmtree(self.root)

    def shell(self, folder=TREE):
        return Shell(self, folder)


class Shell:
    """Runs lines one after the other, as somebody does who reads them."""

    def __init__(self, outside, folder):
        self.outside = outside
        self.folder = folder
        self.server = None

    def _here(self, line):
        """`../` is beside the clone, wherever the clone of this test is."""
        line = re.sub(r"(?<!\S)\.\./", f"{self.outside.root}/", line)
        if self.server:
            line = line.replace("http://127.0.0.1:8080", self.server.address)
            line = line.replace("http://127.0.0.1:9090", self.server.admin_address)
        return line

    def run(self, line):
        """Exit code and what it printed; `cd` holds for the lines that follow."""
        script = f"{self._here(line)}\ncode=$?\npwd >&3\nexit $code"
        told = self.outside.root / "pwd"
        with told.open("w") as where:
            done = subprocess.run(
                ["bash", "-c", f"exec 3>&{where.fileno()}\n{script}"],
                cwd=self.folder,
                env=self.outside.environment,
                pass_fds=(where.fileno(),),
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
                check=False,
            )
        self.folder = pathlib.Path(told.read_text().strip() or self.folder)
        return done.returncode, done.stdout.replace("\r\n", "\n")

    def serve(self, line):
        """The line starts a server: on free ports, and in the background."""
        line = line.replace("127.0.0.1:8080", "127.0.0.1:0")
        if line == "./dev run":
            line += " --"
        if "--listen" not in line:
            line += " --listen 127.0.0.1:0"
        line += " --admin-listen 127.0.0.1:0"
        self.stop()
        self.server = Server(self._here(line), self.folder, self.outside.environment)

    def stop(self):
        """Ends the server, if there is one; its exit code."""
        server, self.server = self.server, None
        return server.stop() if server else 0


class Server:
    """A program on free ports."""

    def __init__(self, line, folder, environment):
        self.said = b""
        self.process = subprocess.Popen(
            ["bash", "-c", f"exec {line}"],
            cwd=folder,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )
        self.address = self._read(rb"listening on (http://127\.0\.0\.1:\d+)")
        self.admin_address = self._read(rb"admin on (http://127\.0\.0\.1:\d+)")

    def _read(self, pattern):
        deadline = time.monotonic() + PATIENCE_SECONDS
        with selectors.DefaultSelector() as selector:
            selector.register(self.process.stdout, selectors.EVENT_READ)
            while not (found := re.search(pattern, self.said)):
                if not selector.select(max(0, deadline - time.monotonic())):
                    break
                chunk = os.read(self.process.stdout.fileno(), 4096)
                if not chunk:
                    break
                self.said += chunk
        if found:
            return found[1].decode()
        self.process.kill()
        self.process.wait()
        raise AssertionError(f"the server did not tell its address:\n{self.said.decode()}")

    def stop(self):
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        try:
            return self.process.wait(PATIENCE_SECONDS)
        finally:
            self.process.kill()
            self.process.stdout.close()
