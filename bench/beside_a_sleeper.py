#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What a plain call takes while a concurrent one of the same actor sleeps, and without it.

Rounds of both kinds alternate, so that the machine treats them alike. Fails if the 99th
percentile beside a sleeper is over three times that without (docs/design/0003): a writer must
not wait for sleepers.
"""

import argparse
import http.client
import json
import sys
import threading
import time

sys.dont_write_bytecode = True  # the tree stays clean

import target  # noqa: E402

SERVICE = "/mailroom.bench.v1.SleeperService/"
HEADERS = {"content-type": "application/json"}
MOST_TIMES = 3


def post(connection, method, message):
    connection.request("POST", SERVICE + method, json.dumps(message), HEADERS)
    answer = connection.getresponse()
    body = answer.read()
    if answer.status != 200:
        sys.exit(f"beside_a_sleeper: {method} answered {answer.status} {body.decode()}")
    return json.loads(body)


def count(port, calls):
    """How long each of so many calls in a row took, in us."""
    connection = http.client.HTTPConnection("127.0.0.1", port)
    took = []
    for _ in range(calls):
        begun = time.perf_counter_ns()
        post(connection, "Count", {})
        took.append((time.perf_counter_ns() - begun) // 1000)
    connection.close()
    return took


def beside(port, calls, sleep_ms):
    """The same while one call sleeps; it must outlast them."""
    def sleep():
        connection = http.client.HTTPConnection("127.0.0.1", port)
        post(connection, "Sleep", {"periodsUs": [sleep_ms * 1000]})
        connection.close()

    sleeper = threading.Thread(target=sleep)
    sleeper.start()
    time.sleep(0.1)  # it sleeps by now
    took = count(port, calls)
    outlasted = sleeper.is_alive()
    sleeper.join()
    if not outlasted:
        sys.exit(f"beside_a_sleeper: {calls} calls took longer than {sleep_ms} ms")
    return took


def at(values, share):
    return sorted(values)[min(len(values) - 1, int(len(values) * share))]


def main():
    target.stop_politely_when_told()
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--server", metavar="PATH", required=True, help="bench/sleepers")
    parser.add_argument("--calls", type=int, default=1000)
    parser.add_argument("--sleep-ms", type=int, default=3000)
    parser.add_argument("--rounds", type=int, default=3)
    args = parser.parse_args()
    flags = ("--listen", "127.0.0.1:0", "--admin-listen", "", "--log-level", "warn")
    print("| workers | sleeper | calls | p50 us | p99 us | max us |\n|---|---|---|---|---|---|")
    slow = []
    for workers in ("0", "1", "2"):
        command = (args.server, *flags, "--workers", workers)
        server = target.Server(target.Target(f"workers {workers}", command, "floor_http"))
        without, with_one = [], []
        try:
            count(server.port, args.calls)  # warm
            for _ in range(args.rounds):
                without += count(server.port, args.calls)
                with_one += beside(server.port, args.calls, args.sleep_ms)
        finally:
            server.stop()
        for name, took in (("none", without), (f"{args.sleep_ms} ms", with_one)):
            print(f"| {workers} | {name} | {len(took)} | {at(took, 0.5)} | {at(took, 0.99)} | "
                  f"{max(took)} |")
        if at(with_one, 0.99) > MOST_TIMES * at(without, 0.99):
            slow.append(workers)
    if slow:
        sys.exit(f"beside_a_sleeper: over {MOST_TIMES} times with {', '.join(slow)} workers")
    return 0


if __name__ == "__main__":
    sys.exit(main())
