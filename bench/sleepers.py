#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""How late coroutines wake that sleep on a running server, beside a bare timerfd program.

Twenty sleepers each, all at the same time: handlers on an inline runner's loop, handlers on
workers, and one timerfd a sleeper in one epoll. Each sleeps again and again, for a time drawn
from (0, 10 s].
"""

import argparse
import json
import os
import random
import subprocess
import sys
import threading
import urllib.request

sys.dont_write_bytecode = True  # the tree stays clean

import target  # noqa: E402

PATH = "/mailroom.bench.v1.SleeperService/Sleep"
LONGEST_US = 10_000_000


def draw(chance, seconds):
    """The periods of one sleeper: `seconds` in sum and, so that not all end at one moment, more."""
    periods = []
    while sum(periods) < seconds * 1_000_000:
        periods.append(chance.randint(1, LONGEST_US))
    return periods


def sleep_on(server, crowd, late):
    """One call for each sleeper."""
    def call(periods):
        request = urllib.request.Request(f"http://127.0.0.1:{server.port}{PATH}",
                                         json.dumps({"periodsUs": periods}).encode(),
                                         {"content-type": "application/json"})
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        with opener.open(request) as answer:
            late.extend(json.load(answer)["lateUs"])

    return [threading.Thread(target=call, args=(periods,)) for periods in crowd]


def sleep_bare(program, crowd, late):
    lines = "".join(" ".join(map(str, periods)) + "\n" for periods in crowd)

    def run():
        done = subprocess.run([program], input=lines, capture_output=True, text=True, check=True)
        late.extend(map(int, done.stdout.split()))

    return [threading.Thread(target=run)]


def at(values, share):
    return sorted(values)[min(len(values) - 1, int(len(values) * share))]


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--server", metavar="PATH", required=True, help="bench/sleepers")
    parser.add_argument("--bare", metavar="PATH", required=True, help="bench/sleepers_bare")
    parser.add_argument("--sleepers", type=int, default=20)
    parser.add_argument("--seconds", type=int, default=60)
    parser.add_argument("--workers", default="2", help="of the pooled server")
    parser.add_argument("--seed", type=int, default=2026)
    return parser.parse_args()


def main():
    target.stop_politely_when_told()
    args = arguments()
    chance = random.Random(args.seed)
    crowd = [draw(chance, args.seconds) for _ in range(args.sleepers)]
    flags = ("--listen", "127.0.0.1:0", "--admin-listen", "", "--log-level", "warn")
    late = {"bare": [], "inline": [], "pooled": []}
    servers, threads = [], sleep_bare(args.bare, crowd, late["bare"])
    try:
        for name, workers in (("inline", "0"), ("pooled", args.workers)):
            command = (args.server, *flags, "--workers", workers)
            servers.append(target.Server(target.Target(name, command, "floor_http")))
            threads += sleep_on(servers[-1], crowd, late[name])
        before = os.getloadavg()[0]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    finally:
        for server in servers:
            server.stop()
    print(f"load {before:.1f} before, {os.getloadavg()[0]:.1f} after, {os.cpu_count()} CPUs\n")
    print("| sleepers | sleeps | p50 us | p99 us | max us |\n|---|---|---|---|---|")
    expected = sum(map(len, crowd))
    for name, values in late.items():
        if len(values) != expected:
            sys.exit(f"sleepers: {name} slept {len(values)} times, not {expected}")
        print(f"| {name} | {len(values)} | {at(values, 0.5)} | {at(values, 0.99)} | "
              f"{max(values)} |")
    return 0


if __name__ == "__main__":
    sys.exit(main())
