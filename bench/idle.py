#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Resident memory per idle connection: each makes one call and then stays open.

The kernel's socket buffers are no part of it. README.md is the recipe.
"""

import argparse
import json
import resource
import socket
import struct
import sys
import time

sys.dont_write_bytecode = True  # the tree stays clean

import target  # noqa: E402

FIRST = 100  # opened before the base line, so that what a server sets up once is not counted
SETTLED_SECONDS = 0.5
SETTLE_AT_MOST_SECONDS = 10


def open_one(server):
    connection = socket.create_connection(("127.0.0.1", server.port), 10)
    connection.sendall(server.target.call.request())
    head, body, _ = target.read_reply(connection, b"")
    target.check_reply(server.target, head, body)
    return connection


def settled_bytes(server):
    """Resident memory, once it has stayed the same for a while."""
    end = time.monotonic() + SETTLE_AT_MOST_SECONDS
    before = None
    while (now := server.resident_bytes()) != before and time.monotonic() < end:
        before = now
        time.sleep(SETTLED_SECONDS)
    return now


def is_open(connection):
    connection.setblocking(False)
    try:
        return connection.recv(1) != b""
    except BlockingIOError:
        return True
    except OSError:
        return False


def close_at_once(connection):
    """With a reset: 10,000 sockets in TIME_WAIT would stand in the next server's way."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.close()


def measure(one, count):
    server = target.Server(one)
    connections = []
    try:
        for _ in range(FIRST):
            connections.append(open_one(server))
        before = settled_bytes(server)
        for _ in range(count):
            connections.append(open_one(server))
        after = settled_bytes(server)
        still_open = sum(map(is_open, connections))
        if still_open != len(connections):
            raise target.Failure(f"closed {len(connections) - still_open} of its connections")
        return {"connections": count, "bytes_before": before, "bytes_after": after,
                "bytes_per_connection": (after - before) / count}
    except OSError as error:
        raise target.Failure(f"{error}, after {len(connections)} connections; it said: "
                             f"{server.said()[-400:]}") from error
    finally:
        for connection in connections:
            close_at_once(connection)
        server.stop()


def allow_descriptors(count):
    """For this process and the servers that inherit it."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    if most != resource.RLIM_INFINITY and most < count + FIRST + 100:
        raise target.Failure(f"{count} connections need more than {most} descriptors: ulimit -Hn")
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    target.add_arguments(parser)
    parser.add_argument("--connections", type=int, default=10000)
    parser.add_argument("--out", metavar="FILE", help="the figures, as JSON")
    return parser.parse_args()


def main():
    target.stop_politely_when_told()
    args = arguments()
    flags = ("--max-connections", str(args.connections + 2 * FIRST), "--idle-timeout", "600s")
    rows, failed = {}, {}
    print("| server | bytes per idle connection | resident MB |\n|---|---|---|", flush=True)
    try:
        allow_descriptors(args.connections)
        targets = target.all_targets(args, flags)
    except target.Failure as failure:
        sys.exit(f"idle: {failure}")
    for one in targets:
        try:
            row = rows[one.name] = measure(one, args.connections)
            print(f"| {one.name} | {row['bytes_per_connection']:,.0f} | "
                  f"{row['bytes_after'] / 1e6:.1f} |", flush=True)
        except target.Failure as failure:
            failed[one.name] = str(failure)
            print(f"{one.name}: {failure}", file=sys.stderr, flush=True)
    if args.out:
        with open(args.out, "w", encoding="utf-8") as file:
            json.dump({"rows": rows, "failed": failed}, file, indent=1)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
