# SPDX-License-Identifier: Apache-2.0
"""Load on one server at one point, and what the server spent on it meanwhile.

wrk sends one head again and again. Where heads differ, bench/caller sends them: a Lua script in wrk
would cost more than the server pays.
"""

import dataclasses
import os
import re
import resource
import signal
import subprocess
import tempfile
import time

import heads
import procfs
from target import Failure

SERVER_CPU = 0
LOAD_CPU = 1
NOISY = 0.25  # CPUs that neither the server nor its load used: more than this is looked at again
SECOND_LOOKS = 2
SCRIPT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "greet.lua")


@dataclasses.dataclass(frozen=True)
class Point:
    connections: int
    depth: int = 1  # requests written at once
    differ: bool = False  # every head is another one

    @property
    def label(self):
        return (f"c{self.connections}" + (f"p{self.depth}" if self.depth > 1 else "") +
                ("d" if self.differ else ""))


def point(label):
    match = re.fullmatch(r"c([1-9]\d*)(?:p([1-9]\d*))?(d?)", label)
    if match is None:
        raise Failure(f"{label!r} is no point: expected c64, c64p16, or c64d where heads differ")
    return Point(int(match.group(1)), int(match.group(2) or 1), bool(match.group(3)))


def command(server, at, seconds):
    """The load program's, with its options."""
    make = _caller_command if at.differ else _wrk_command
    return ["taskset", "-c", str(LOAD_CPU), *make(server, at, seconds)]


def _wrk_command(server, at, seconds):
    call = server.target.call
    return ["wrk", "-t1", f"-c{at.connections}", f"-d{seconds}s", "--timeout", "10s", "-s", SCRIPT,
            f"http://127.0.0.1:{server.port}{call.path}",
            "--", str(at.depth), call.content_type, call.body.hex()]


def _caller_command(server, at, seconds):
    request = heads.template(server.target.call.request(), "differ")
    return [server.target.caller, "--port", str(server.port), "--connections", str(at.connections),
            "--depth", str(at.depth), "--seconds", str(seconds), "--request", request.hex()]


def parse(result):
    """What the load program measured."""
    line = re.search(r"^MEASURED (.*)$", result.stdout, re.M)
    if line is None:
        raise Failure(f"the load program said: {(result.stdout + result.stderr)[-400:]}")
    figures = {key: int(value) for key, value in re.findall(r"(\w+)=(\d+)", line.group(1))}
    if not figures["requests"]:
        raise Failure(f"the load program completed no request: {result.stdout[-400:]}")
    return figures


def drive(server, at, seconds):
    result = subprocess.run(command(server, at, seconds), capture_output=True, text=True)
    server.require_alive()
    return parse(result)


def finished_children_cpu():
    spent = resource.getrusage(resource.RUSAGE_CHILDREN)
    return spent.ru_utime + spent.ru_stime


def measure_once(server, at, seconds):
    machine_before, stolen_before = procfs.machine()
    usage_before = procfs.usage(server.pid)
    load_before = finished_children_cpu()
    began = time.monotonic()
    seen = drive(server, at, seconds)
    wall = time.monotonic() - began
    load = finished_children_cpu() - load_before
    spent = procfs.usage(server.pid) - usage_before
    machine_after, stolen_after = procfs.machine()
    requests = seen["requests"]
    foreign = max(0.0, machine_after - machine_before - spent.cpu_s - load)
    return {
        "requests": requests,
        "errors": seen["errors"],
        "per_second": requests / seen["duration_us"] * 1e6,
        # wrk times a pipelined block as one request and then corrects with the interval of a
        # single one: its percentiles mean nothing there.
        "p50_us": seen["p50_us"] if at.depth == 1 else None,
        "p99_us": seen["p99_us"] if at.depth == 1 else None,
        "cpu_us": spent.cpu_s / requests * 1e6,
        "user_us": spent.user_s / requests * 1e6,
        "system_us": spent.system_s / requests * 1e6,
        "switches": spent.voluntary_switches / requests,
        "server_busy": spent.cpu_s / wall,
        "load_busy": load / wall,
        "foreign": (foreign + stolen_after - stolen_before) / wall,
    }


def measure(server, at, seconds):
    """The quietest of up to three runs; a second is only made when the first was noisy."""
    best = measure_once(server, at, seconds)
    for _ in range(SECOND_LOOKS):
        if best["foreign"] <= NOISY:
            break
        best = min(best, measure_once(server, at, seconds), key=lambda run: run["foreign"])
    return best


def syscalls_per_request(server, at, seconds=1):
    """By the kernel's tracepoint, else by strace; None where neither is allowed."""
    for count in (count_with_perf, count_with_strace):
        try:
            calls, requests = count(server, at, seconds)
        except (Failure, OSError):
            continue
        if calls:
            return calls / requests
    return None


def count_with_perf(server, at, seconds):
    pids = ",".join(map(str, procfs.tree(server.pid)))
    with tempfile.NamedTemporaryFile("r") as report:
        result = subprocess.run(["perf", "stat", "-e", "raw_syscalls:sys_enter", "-x", ",",
                                 "-o", report.name, "-p", pids, "--",
                                 *command(server, at, seconds)],
                                capture_output=True, text=True)
        seen = parse(result)
        counted = re.search(r"^(\d+),", report.read(), re.M)
    return (int(counted.group(1)) if counted else 0), seen["requests"]


def count_with_strace(server, at, seconds):
    attach = [word for pid in procfs.tree(server.pid) for word in ("-p", str(pid))]
    with subprocess.Popen(["strace", "-c", "-f", *attach], stderr=subprocess.PIPE,
                          text=True) as tracer:
        try:
            time.sleep(0.5)  # strace does not say when it has attached to every thread
            seen = drive(server, at, seconds)
        finally:
            if tracer.poll() is None:
                tracer.send_signal(signal.SIGINT)
        table = tracer.communicate()[1]
    total = re.search(r"^\s*[\d.]+\s+[\d.]+\s+\d+\s+(\d+)\s+(?:\d+\s+)?total", table, re.M)
    return (int(total.group(1)) if total else 0), seen["requests"]
