# SPDX-License-Identifier: Apache-2.0
"""The servers that are measured: how each is started, found, checked and stopped."""

import dataclasses
import os
import re
import shlex
import signal
import socket
import subprocess
import sys
import tempfile
import time

import peers
import procfs

FLOORS = ("floor_http", "floor_handoff")
PATH = "/mailroom.greet.v1.GreetService/Greet"
START_SECONDS = 15
CHECK_DEPTH = 16  # as deep as the deepest default point
LISTENING = re.compile(r"listening on http://127\.0\.0\.1:(\d+)\b(?=.*\n)")


class Failure(Exception):
    """A server or load generator that did not do its part; the text is for the report."""


@dataclasses.dataclass(frozen=True)
class Call:
    """One call in one codec, and the body that answers it."""
    content_type: str
    body: bytes
    answer: bytes
    path: str = PATH
    counts: bool = False  # a number follows the answer, one more each time

    def request(self):
        head = (f"POST {self.path} HTTP/1.1\r\nHost: 127.0.0.1\r\n"
                f"Content-Type: {self.content_type}\r\nContent-Length: {len(self.body)}\r\n\r\n")
        return head.encode() + self.body


JSON = Call("application/json", b'{"name":"world"}', b'{"message":"Hello, world"}')
PROTO = Call("application/proto", b"\x0a\x05world", b"\x0a\x0cHello, world")
# The method of a workspace that `./dev new bench.v1.GuestService` wrote.
VISIT = dataclasses.replace(PROTO, path="/bench.v1.GuestService/Visit", counts=True)


@dataclasses.dataclass(frozen=True)
class Target:
    name: str
    command: tuple
    floor: str  # the name of the target that its CPU is compared with
    call: Call = JSON
    is_peer: bool = False  # somebody else's server: only the greeting in its answer is checked
    caller: str = ""  # the load program for heads that differ


def add_arguments(parser):
    parser.add_argument("--floor-http", metavar="PATH")
    parser.add_argument("--floor-handoff", metavar="PATH")
    parser.add_argument("--server", metavar="PATH", help="mailroomd, or what takes its flags")
    parser.add_argument("--workspace-server", metavar="PATH",
                        help="the server of a workspace that ./dev new wrote for "
                        "bench.v1.GuestService")
    parser.add_argument("--caller", metavar="PATH", help="what sends heads that differ")
    parser.add_argument("--peer", action="append", default=[], metavar="NAME[:FLOOR]=COMMAND",
                        help="another server; {port} in the command becomes a free port, without "
                        "it the command prints a 'listening on' line as mailroomd does")


def known_peers(names, folder):
    """The peers of peers.py that are installed; the others are named on standard error."""
    for name in names.split(",") if names else []:
        try:
            command, missing = peers.command(name, folder)
        except peers.UnknownPeer as unknown:
            raise Failure(str(unknown)) from unknown
        if missing:
            print(missing, file=sys.stderr, flush=True)
        else:
            yield Target(name, command, "floor_http", is_peer=True)


def server_command(program, workers):
    """mailroomd, or a user's server, on a free port."""
    return (program, "--listen", "127.0.0.1:0", "--admin-listen", "", "--workers", str(workers),
            "--log-level", "warn")


def all_targets(args, server_flags=()):
    """In the order in which they are visited."""
    found = []
    if args.floor_http:
        found.append(Target("floor_http", (args.floor_http,), "floor_http"))
    if args.floor_handoff:
        found.append(Target("floor_handoff", (args.floor_handoff,), "floor_handoff"))
    if args.server:
        for kind, workers, floor in zip(("inline", "pooled"), ("0", "1"), FLOORS):
            command = (*server_command(args.server, workers), *server_flags)
            found.append(Target(f"{kind}-proto", command, floor, PROTO))
            found.append(Target(f"{kind}-json", command, floor, JSON))
    if args.workspace_server:
        command = server_command(args.workspace_server, 0)
        found.append(Target("workspace-proto", command, "floor_http", VISIT))
    found += map(peer, args.peer)
    names = [one.name for one in found]
    if len(set(names)) < len(names):
        raise Failure(f"two servers of one name: {', '.join(sorted(names))}")
    return [dataclasses.replace(one, caller=args.caller or "") for one in found]


def peer(text):
    name, _, command = text.partition("=")
    name, _, floor = name.partition(":")
    floor = floor or "floor_http"
    if not name or not command.strip() or floor not in FLOORS:
        raise Failure(f"--peer {text!r}: expected NAME[:FLOOR]=COMMAND, FLOOR one of {FLOORS}")
    return Target(name, tuple(shlex.split(command)), floor, is_peer=True)


def stop_politely_when_told():
    """SIGTERM leaves by way of every `finally`, so that no server stays behind."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))


class Server:
    """A running target. Its output goes to a file, so that it can never wait for a reader."""

    def __init__(self, target, cpu=None, patience=START_SECONDS):
        self.target = target
        port = free_port() if any("{port}" in word for word in target.command) else None
        command = [word.replace("{port}", str(port)) for word in target.command]
        if cpu is not None:
            command = ["taskset", "-c", str(cpu), *command]
        self.output = tempfile.TemporaryFile()
        try:
            self.process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=self.output,
                                            stderr=self.output, start_new_session=True)
        except OSError as error:
            raise Failure(str(error)) from error
        self.pid = self.process.pid
        try:
            self.port = self._wait_for_port(port, patience)
        except BaseException:
            self.stop()
            raise

    def _wait_for_port(self, chosen, patience):
        end = time.monotonic() + patience
        while time.monotonic() < end:
            self.require_alive()
            printed = LISTENING.search(self.said())
            if chosen is None and printed:
                return int(printed.group(1))
            if chosen is not None and accepts(chosen):
                return chosen
            time.sleep(0.02)
        raise Failure(f"no address after {patience} s; it said: {self.said()[-400:]}")

    def said(self):
        # pread: the child shares the file's offset, so nobody may move it.
        return os.pread(self.output.fileno(), 1 << 20, 0).decode(errors="replace")

    def require_alive(self):
        if self.process.poll() is not None:
            raise Failure(f"ended with {self.process.returncode}; it said: {self.said()[-400:]}")

    def stop(self):
        """Its own process group only, politely first."""
        for how in (signal.SIGTERM, signal.SIGKILL):
            try:
                os.killpg(self.pid, how)
                self.process.wait(5)
                return
            except subprocess.TimeoutExpired:
                continue
            except ProcessLookupError:
                self.process.wait()
                return

    def resident_bytes(self):
        return procfs.resident_bytes(self.pid)


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def accepts(port):
    try:
        socket.create_connection(("127.0.0.1", port), 0.2).close()
        return True
    except OSError:
        return False


# ------------------------------------------------------------------- one real reply, byte by byte


def check(server):
    """One call alone, then a pipelined block on the same connection: each answer must be right."""
    target = server.target
    try:
        with socket.create_connection(("127.0.0.1", server.port), 10) as connection:
            for depth in (1, CHECK_DEPTH):
                connection.sendall(target.call.request() * depth)
                rest = b""
                for _ in range(depth):
                    head, body, rest = read_reply(connection, rest)
                    check_reply(target, head, body)
                if rest:
                    raise Failure(f"sent more than it was asked for: {rest[:80]!r}")
    except OSError as error:
        raise Failure(f"no answer: {error}") from error


def read_reply(connection, held):
    """(head, body, bytes behind it) of the next reply."""
    while b"\r\n\r\n" not in held:
        held += more(connection, held)
    head, _, held = held.partition(b"\r\n\r\n")
    length = re.search(rb"^content-length:\s*(\d+)\s*$", head, re.M | re.I)
    if length is None:
        raise Failure(f"a reply without Content-Length: {head!r}")
    size = int(length.group(1))
    while len(held) < size:
        held += more(connection, held)
    return head, held[:size], held[size:]


def more(connection, held):
    data = connection.recv(65536)
    if not data:
        raise Failure(f"closed the connection after {held[:200]!r}")
    return data


def check_reply(target, head, body):
    if not head.startswith(b"HTTP/1.1 200 "):
        raise Failure(f"wrong status: {head[:200]!r} {body[:200]!r}")
    if target.is_peer:
        if b"Hello, world" not in body:
            raise Failure(f"wrong body: {body[:200]!r}")
        return
    wanted = target.call.content_type.encode()
    if re.search(rb"^content-type:\s*" + wanted + rb"\s*(;|$)", head, re.M | re.I) is None:
        raise Failure(f"wrong content type, expected {wanted!r}: {head!r}")
    if body[:len(target.call.answer)] != target.call.answer or (
            len(body) > len(target.call.answer) and not target.call.counts):
        raise Failure(f"wrong body, expected {target.call.answer!r}: {body[:200]!r}")
