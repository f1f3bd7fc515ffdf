#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Instructions that one call costs a server, counted by callgrind.

Instructions do not depend on what else the machine does, so this can be believed where times can't.
Only user code is counted, not the kernel. Each figure is the difference of two runs of the server
that differ in their number of calls alone. One connection; `./dev bench instructions` builds the
server and calls this.
"""

import argparse
import os
import shutil
import socket
import subprocess
import sys
import tempfile

sys.dont_write_bytecode = True  # the tree stays clean

import callgrind  # noqa: E402
import heads  # noqa: E402
import target  # noqa: E402

FEW = 1000  # calls of the first run: all that is set up once has been
SECONDS = 120  # callgrind makes a server some fifty times slower

CALLS = {"proto": target.PROTO, "json": target.JSON, "workspace": target.VISIT}


def send(port, requests, depth):
    """All of them over one connection, `depth` in one write, before any of these is read."""
    with socket.create_connection(("127.0.0.1", port), SECONDS) as connection:
        for at in range(0, len(requests), depth):
            block = requests[at:at + depth]
            connection.sendall(b"".join(block))
            rest = b""
            for _ in block:
                head, body, rest = target.read_reply(connection, rest)
                if not head.startswith(b"HTTP/1.1 200 "):
                    raise target.Failure(f"wrong status: {head[:200]!r} {body[:200]!r}")


def count(command, requests, depth, file):
    """Instructions of a whole run of the server; callgrind writes them to `file`."""
    one = target.Target("server", ("valgrind", "-q", "--tool=callgrind",
                                   f"--callgrind-out-file={file}", *command), "")
    server = target.Server(one, patience=SECONDS)
    try:
        send(server.port, requests, depth)
        server.process.terminate()
        server.process.wait(SECONDS)
    finally:
        server.stop()
    with open(file, encoding="utf-8", errors="replace") as text:
        return callgrind.total(text.read())


class Counter:
    """The two runs of each figure."""

    def __init__(self, args, folder):
        self.command = target.server_command(args.server, args.workers)
        self.request = CALLS[args.call].request()
        self.calls = args.calls
        self.keep = args.annotate is not None
        self.folder = folder

    def per_call(self, kind, depth):
        text = heads.template(self.request, kind)
        runs = []
        for calls in (FEW, FEW + self.calls):
            file = os.path.join(self.folder, f"{kind}-{depth}-{calls}.callgrind")
            requests = list(heads.filled(text, calls))
            runs.append((calls, count(self.command, requests, depth, file)))
        if self.keep:
            print(f"{file}: {calls} calls, start and end of the server included", file=sys.stderr)
        return callgrind.per_call(*runs)


def names(known):
    def parse(text):
        found = text.split(",")
        if not set(found) <= set(known):
            raise argparse.ArgumentTypeError(f"expected some of {', '.join(known)}")
        return found
    return parse


def depths(text):
    found = [int(word) for word in text.split(",")]
    if min(found) < 1:
        raise argparse.ArgumentTypeError("a depth is at least 1")
    return found


def calls_argument(text):
    number = int(text)
    if number < 1000:
        raise argparse.ArgumentTypeError("at least 1000: fewer drown in what happens by the clock")
    return number


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--server", metavar="PATH", required=True,
                        help="mailroomd, or what takes its flags; ./dev builds it when not given")
    parser.add_argument("--no-profile", action="store_true",
                        help="for ./dev: count the server that is built without its profile")
    parser.add_argument("--call", choices=CALLS, default="proto",
                        help="workspace: what a server of bench.v1.GuestService answers, protobuf")
    parser.add_argument("--workers", type=int, default=0, help="0, the default, calls inline")
    parser.add_argument("--heads", type=names(heads.KINDS), default=list(heads.KINDS),
                        help=f"which of {', '.join(heads.KINDS)} (bench/heads.py), comma separated")
    parser.add_argument("--depths", type=depths, default=[16, 1],
                        help="requests in one write, comma separated")
    parser.add_argument("--calls", type=calls_argument, default=10000,
                        help="by how many the two runs differ")
    parser.add_argument("--annotate", metavar="FOLDER",
                        help="leave callgrind's files there, for callgrind_annotate")
    args = parser.parse_args()
    if args.no_profile:
        parser.error("--no-profile is for ./dev bench instructions, which builds that server")
    return args


def title(depth):
    return "one at a time" if depth == 1 else f"{depth} pipelined"


def main():
    target.stop_politely_when_told()
    args = arguments()
    if shutil.which("valgrind") is None:
        sys.exit("instructions: valgrind is not installed")
    if args.annotate:
        os.makedirs(args.annotate, exist_ok=True)
    with tempfile.TemporaryDirectory() as scratch:
        counter = Counter(args, args.annotate or scratch)
        try:
            rows = [(kind, [counter.per_call(kind, depth) for depth in args.depths])
                    for kind in args.heads]
        except (target.Failure, callgrind.NoTotal, OSError, subprocess.TimeoutExpired) as failure:
            sys.exit(f"instructions: {failure}")
    print(callgrind.table([title(depth) for depth in args.depths], rows))
    return 0


if __name__ == "__main__":
    sys.exit(main())
