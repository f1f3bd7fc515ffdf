#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Calls of many kinds, a fixed number of each, for a server that counts which way it goes.

`./dev profile` builds that server, sends it these and keeps the counts, which the release build
reads to lay out and inline what is called often. Their proportions are what a busy server is
thought to see: most clients repeat their heads, many do not, some calls fail, some connections are
short.
"""

import argparse
import gzip
import json
import random
import socket
import subprocess
import sys

sys.dont_write_bytecode = True  # the tree stays clean

import target  # noqa: E402

CONNECTIONS = 64
DEPTH = 16
SECONDS = 30  # no answer for so long: it failed
ECHO_PATH = "/mailroom.echo.v1.EchoService/Echo"
BANK_PATH = "/mailroom.bank.v1.BankService/"


def request(path, body, content_type="application/json", fields=()):
    """As target.Call makes them, on any path and with more fields."""
    head = [f"POST {path} HTTP/1.1", "Host: 127.0.0.1:8080", f"Content-Type: {content_type}",
            *fields, f"Content-Length: {len(body)}"]
    return "\r\n".join(head).encode() + b"\r\n\r\n" + body


def call(path, message, fields=()):
    return request(path, json.dumps(message, ensure_ascii=False).encode(), fields=fields)


def traced(number):
    """The fields of a generated client, never the same: a trace id, and the time that is left."""
    return (f"Traceparent: 00-{number:032x}-{number:016x}-01",
            f"Connect-Timeout-Ms: {5000 + number % 1000}", "Connect-Protocol-Version: 1",
            "User-Agent: connect-es/2.0.0", "Accept-Encoding: gzip, br", "Accept: */*")


def zipped(message):
    body = gzip.compress(json.dumps(message).encode(), mtime=0)
    return request(ECHO_PATH, body, fields=("Content-Encoding: gzip", "Accept-Encoding: gzip"))


def chunked(message):
    body = json.dumps(message).encode()
    head = request(ECHO_PATH, b"").replace(b"Content-Length: 0", b"Transfer-Encoding: chunked")
    parts = (body[at:at + 1000] for at in range(0, len(body), 1000))
    return head + b"".join(b"%x\r\n%s\r\n" % (len(part), part) for part in parts) + b"0\r\n\r\n"


def mixture():
    """(requests of one kind, how many in all, how many of them must succeed)."""
    words = [word * 40 for word in ("plain text, ", 'a "quoted" line\n', "größer als ", "絵文字 🙂 ")]
    texts = ["".join(words[:count]) for count in range(1, 5)]
    accounts = [f"account-{number}" for number in range(50)]
    yield [target.PROTO.request()], 60000, 60000
    yield [target.JSON.request()], 60000, 60000
    for of in (target.PROTO, target.JSON):
        yield [request(target.PATH, of.body, of.content_type, traced(number))
               for number in range(20000)], 20000, 20000
    yield [call(ECHO_PATH, {"message": text}) for text in texts], 10000, 10000
    yield [call(ECHO_PATH, {"message": text}, traced(number))
           for number, text in enumerate(texts * 500)], 2000, 2000
    yield [zipped({"message": text * 10}) for text in texts], 1000, 1000
    yield [chunked({"message": text * 10}) for text in texts], 1000, 1000
    yield [call(BANK_PATH + "OpenAccount", {"accountId": name}) for name in accounts], 50, 50
    yield [call(BANK_PATH + "Deposit", {"accountId": name, "amount": "100"})
           for name in accounts], 2000, 2000
    yield [call(BANK_PATH + "Transfer", {"from": one, "to": other, "amount": 1})
           for one, other in zip(accounts, accounts[1:])], 2000, 2000
    yield [call(BANK_PATH + "GetBalance", {"accountId": name})
           for name in ("nobody", *accounts)], 4080, 4000
    yield [request(ECHO_PATH, b'{"message": 1'), call(ECHO_PATH, {"unknown": [1.5, None, {}]}),
           call("/mailroom.echo.v1.EchoService/None", {}), request(ECHO_PATH, b"", "text/plain"),
           b"GET / HTTP/1.1\r\nHost: a\r\n\r\n"], 500, 200


def send_all(port, requests, depth):
    """Over all connections in turn, `depth` requests in one write to each before any is read.

    How many were answered with 200."""
    good = 0
    rounds = [requests[at:at + depth] for at in range(0, len(requests), depth)]
    connections = [socket.create_connection(("127.0.0.1", port), SECONDS)
                   for _ in range(min(CONNECTIONS, len(rounds)))]
    try:
        for at in range(0, len(rounds), len(connections)):
            busy = list(zip(connections, rounds[at:at + len(connections)]))
            for connection, block in busy:
                connection.sendall(b"".join(block))
            for connection, block in busy:
                rest = b""
                for _ in block:
                    head, _, rest = target.read_reply(connection, rest)
                    good += head.startswith(b"HTTP/1.1 200 ")
    finally:
        for connection in connections:
            connection.close()
    return good


def train(server):
    order = random.Random(1)
    for kinds, count, wanted in mixture():
        calls = (kinds * (count // len(kinds) + 1))[:count]
        order.shuffle(calls)
        half = count // 2
        good = send_all(server.port, calls[:half], DEPTH) + send_all(server.port, calls[half:], 1)
        if good != wanted:
            raise target.Failure(f"{good} of {count} succeeded, {wanted} should: {kinds[0][:200]}")
    for _ in range(500):  # connections of one call
        send_all(server.port, [target.JSON.request()], 1)


def train_one(one):
    server = target.Server(one)
    try:
        train(server)
        server.process.terminate()
        code = server.process.wait(SECONDS)  # the counts are written at its end
    finally:
        server.stop()
    if code != 0:
        raise target.Failure(f"ended with {code}; it said: {server.said()[-400:]}")


def main():
    target.stop_politely_when_told()
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    target.add_arguments(parser)
    args = parser.parse_args()
    if not args.server:
        parser.error("--server is needed: mailroomd, built to count")
    try:
        for one in target.all_targets(args):
            if one.name.endswith("-json"):  # each codec gets both
                train_one(one)
    except (target.Failure, OSError, subprocess.TimeoutExpired) as failure:
        sys.exit(f"train: {failure}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
