#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Our server beside its two floors, in one interleaved run. README.md is the recipe.

The main figure is CPU microseconds of the whole server process per request, and its ratio to the
floor that was measured in the same minute. `./dev bench` builds the three programs and calls this.
The tables go to standard output, the progress to standard error, every single run to --out.
"""

import argparse
import json
import os
import shutil
import sys
import tempfile
import time

sys.dont_write_bytecode = True  # the tree stays clean

import load  # noqa: E402
import peers  # noqa: E402
import procfs  # noqa: E402
import report  # noqa: E402
import target  # noqa: E402

DEFAULT_POINTS = "c1d,c64d,c512d,c64p16d,c1,c64,c512,c64p16"
WARM_UP = load.Point(64)
WARM_UP_SECONDS = 1


def note(text):
    print(text, file=sys.stderr, flush=True)


def chosen(targets, names):
    """The named targets and the peers asked for, with the floors that they are compared with."""
    if names is None:
        return targets
    known = [one.name for one in targets]
    for name in names.split(","):
        if name not in known:
            raise target.Failure(f"no configuration {name!r}; there are: {', '.join(known)}")
    wanted = set(names.split(",")) | set(peers.PEERS)
    wanted |= {one.floor for one in targets if one.name in wanted}
    return [one for one in targets if one.name in wanted]


class Run:
    """One session: every repetition starts each server anew and visits them in turn."""

    def __init__(self, targets, points, seconds, reps):
        self.targets = targets
        self.points = points
        self.seconds = seconds
        self.reps = reps
        self.runs = {one.name: {} for one in targets}
        self.syscalls = {one.name: {} for one in targets}
        self.failed = {}

    def go(self):
        for rep in range(self.reps):
            servers = self.start()
            try:
                for at in self.points:
                    for server in servers:
                        self.guard(server.target, self.measure, server, at, rep)
                if rep == 0:
                    self.count_syscalls(servers)
            finally:
                for server in servers:
                    server.stop()

    def start(self):
        servers = []
        try:
            for one in self.targets:
                server = self.guard(one, target.Server, one, load.SERVER_CPU)
                if server is None:
                    continue
                servers.append(server)
                self.guard(one, target.check, server)
                self.guard(one, load.drive, server, WARM_UP, WARM_UP_SECONDS)
        except BaseException:
            for server in servers:
                server.stop()
            raise
        return servers

    def guard(self, one, step, *args):
        """Runs the step unless this target has failed before; a failure ends only this target."""
        if one.name in self.failed:
            return None
        try:
            return step(*args)
        except target.Failure as failure:
            self.failed[one.name] = str(failure)
            note(f"{one.name}: {failure}")
            return None

    def measure(self, server, at, rep):
        run = dict(load.measure(server, at, self.seconds), rep=rep)
        name = server.target.name
        self.runs[name].setdefault(at.label, []).append(run)
        note(f"{rep} {at.label:8} {name:16} {run['per_second']:10,.0f}/s  "
             f"cpu {run['cpu_us']:7.3f} us  foreign {run['foreign']:.2f}")

    def count_syscalls(self, servers):
        for at in self.points:
            for server in servers:
                count = self.guard(server.target, load.syscalls_per_request, server, at)
                self.syscalls[server.target.name][at.label] = count

    def result(self):
        return {
            "when": time.strftime("%Y-%m-%d %H:%M %Z"),
            "machine": f"{procfs.processor()}, {os.cpu_count()} CPUs, Linux {os.uname().release}",
            "seconds": self.seconds,
            "reps": self.reps,
            "server_cpu": load.SERVER_CPU,
            "load_cpu": load.LOAD_CPU,
            "noisy_above": load.NOISY,
            "points": [at.label for at in self.points],
            "floors": {one.name: one.floor for one in self.targets},
            "runs": self.runs,
            "syscalls": self.syscalls,
            "failed": self.failed,
        }


def positive(text):
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError("must be at least 1")
    return number


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    target.add_arguments(parser)
    parser.add_argument("--seconds", type=positive, default=4, help="of each single run")
    parser.add_argument("--reps", type=positive, default=3)
    parser.add_argument("--points", default=DEFAULT_POINTS,
                        help="cCONNECTIONS or cCONNECTIONSpDEPTH, comma separated; a d behind it: "
                        "every head is another one")
    parser.add_argument("--configs", help="names of the table's first column, comma separated; "
                        "the floors they need come along")
    parser.add_argument("--peers", default="", metavar="NAMES",
                        help=f"servers of Debian beside ours: {', '.join(sorted(peers.PEERS))}")
    parser.add_argument("--out", metavar="FILE", help="every single run, as JSON")
    args = parser.parse_args()
    if not args.floor_http or not args.floor_handoff or not args.caller:
        parser.error("--floor-http, --floor-handoff and --caller are needed: figures stand beside "
                     "a floor, and heads that repeat beside those that differ")
    return args


def require_machine():
    for tool in ("wrk", "taskset"):
        if shutil.which(tool) is None:
            raise target.Failure(f"{tool} is not installed")
    if not {load.SERVER_CPU, load.LOAD_CPU} <= os.sched_getaffinity(0):
        raise target.Failure("needs CPU 0 for the server and CPU 1 for the load")


def main():
    target.stop_politely_when_told()
    args = arguments()
    with tempfile.TemporaryDirectory() as folder:
        try:
            require_machine()
            targets = target.all_targets(args) + list(target.known_peers(args.peers, folder))
            run = Run(chosen(targets, args.configs),
                      [load.point(label) for label in args.points.split(",")], args.seconds,
                      args.reps)
        except target.Failure as failure:
            sys.exit(f"bench: {failure}")
        run.go()
    result = run.result()
    if args.out:
        with open(args.out, "w", encoding="utf-8") as file:
            json.dump(result, file, indent=1)
    print(report.whole(result))
    errors = any(one["errors"] for by in run.runs.values() for runs in by.values() for one in runs)
    return 1 if run.failed or errors else 0


if __name__ == "__main__":
    sys.exit(main())
