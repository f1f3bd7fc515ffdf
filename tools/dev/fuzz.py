# SPDX-License-Identifier: Apache-2.0
"""Runs fuzz targets, one for each CPU at a time.

Ends with `N passed, N failed, 0 skipped`: targets.

What a target has found interesting is kept in --state, so that the next run begins where this one
ended; inputs that broke something lie beside it, with the command that repeats them.
"""

import argparse
import concurrent.futures
import dataclasses
import os
import pathlib
import re
import subprocess
import sys

_CORPUS = pathlib.Path("tests/fuzz/corpus")
_DICTIONARIES = pathlib.Path("tests/fuzz")
# Inputs are small structures: beyond this a fuzzer only gets slower.
_MAX_BYTES = 2048
# A single input that takes longer, or more memory, is a finding.
_INPUT_SECONDS = 10
_MEMORY_MB = 1024
# Beyond the time given to the fuzzer: its start, and the inputs it begins with.
_GRACE_SECONDS = 120

_STATUS = re.compile(rb"cov: (\d+) ft: (\d+)(?: corp: (\d+)/)?")
# Of inputs that are not long.
_BASE64 = re.compile(rb"^Base64: (\S+)", re.MULTILINE)
_EXECUTIONS = re.compile(rb"stat::number_of_executed_units:\s+(\d+)")


@dataclasses.dataclass
class Outcome:
    target: str
    executions: int = 0
    coverage: int = 0  # edges
    features: int = 0
    corpus: int = 0
    findings: list = dataclasses.field(default_factory=list)
    trouble: str = ""
    base64: str = ""  # the input that was found

    @property
    def failed(self):
        return bool(self.findings or self.trouble)


def read_log(target, log):
    """What libFuzzer says of a run."""
    outcome = Outcome(target)
    for found in _STATUS.finditer(log):
        outcome.coverage, outcome.features = int(found[1]), int(found[2])
        outcome.corpus = int(found[3] or outcome.corpus)
    if found := _EXECUTIONS.search(log):
        outcome.executions = int(found[1])
    if found := _BASE64.search(log):
        outcome.base64 = found[1].decode()
    return outcome


def _command(program, target, seconds, state):
    """In CI each run tries the same: a commit is not blamed for another one's luck."""
    command = [
        str(program),
        f"-max_total_time={seconds}",
        f"-max_len={_MAX_BYTES}",
        f"-timeout={_INPUT_SECONDS}",
        f"-rss_limit_mb={_MEMORY_MB}",
        f"-seed={1 if os.environ.get('CI') else 0}",  # 0: another one each time
        "-print_final_stats=1",
        # What a target itself writes is for those who repeat a finding.
        "-close_fd_mask=3",
        f"-artifact_prefix={state / 'findings'}/{target}-",
    ]
    dictionary = _DICTIONARIES / f"{target}.dict"
    if dictionary.exists():
        command.append(f"-dict={dictionary}")
    return command + [str(state / target), str(_CORPUS / target)]


def run_target(programs, target, seconds, state):
    (state / target).mkdir(parents=True, exist_ok=True)
    findings = state / "findings"
    findings.mkdir(exist_ok=True)
    before = set(findings.glob(f"{target}-*"))
    program = programs / f"{target}_fuzz"
    command = _command(program, target, seconds, state)
    try:
        run = subprocess.run(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            timeout=seconds + _GRACE_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return Outcome(target, trouble="did not end in time")
    except OSError as error:
        return Outcome(target, trouble=str(error))
    outcome = read_log(target, run.stdout)
    outcome.findings = sorted(set(findings.glob(f"{target}-*")) - before)
    if run.returncode != 0:
        outcome.trouble = f"ended with code {run.returncode}"
        (state / f"{target}.log").write_bytes(run.stdout)
    elif outcome.executions == 0:
        outcome.trouble = "ran nothing"
    return outcome


def table(outcomes):
    lines = [f"{'target':15} {'executions':>11} {'cov':>6} {'ft':>7} {'corpus':>7}  findings"]
    for one in outcomes:
        verdict = len(one.findings) or one.trouble or "none"
        lines.append(
            f"{one.target:15} {one.executions:11} {one.coverage:6} {one.features:7}"
            f" {one.corpus:7}  {verdict}"
        )
    return "\n".join(lines)


def _targets():
    return sorted(path.name for path in _CORPUS.iterdir())


def _cpus():
    return len(os.sched_getaffinity(0))


def _parse(words):
    parser = argparse.ArgumentParser(prog="./dev fuzz", description=__doc__)
    parser.add_argument("targets", nargs="*", help="names, and seconds as a number; all targets")
    parser.add_argument("--programs", type=pathlib.Path, required=True, help=argparse.SUPPRESS)
    parser.add_argument("--state", type=pathlib.Path, required=True, help="kept between runs")
    parser.add_argument("--seconds", type=int, default=60, help="for each target")
    parser.add_argument("--jobs", type=int, default=_cpus(), help="targets at a time; the CPUs")
    arguments = parser.parse_args(words)
    numbers = [word for word in arguments.targets if word.isdigit()]
    if numbers:
        arguments.seconds = int(numbers[-1])
    arguments.targets = [word for word in arguments.targets if not word.isdigit()] or _targets()
    if unknown := sorted(set(arguments.targets) - set(_targets())):
        parser.error(f"no target {', '.join(unknown)}; there are: {', '.join(_targets())}")
    return arguments


def main(words=None):
    arguments = _parse(words)
    print(
        f"{len(arguments.targets)} targets, {arguments.seconds} s each, {arguments.jobs} at a time",
        file=sys.stderr,
    )
    with concurrent.futures.ThreadPoolExecutor(arguments.jobs) as pool:
        outcomes = list(
            pool.map(
                lambda target: run_target(
                    arguments.programs, target, arguments.seconds, arguments.state
                ),
                arguments.targets,
            )
        )
    print(table(outcomes))
    for one in outcomes:
        if one.trouble:
            print(f"{one.target}: {one.trouble}; its words: {arguments.state}/{one.target}.log")
        for path in one.findings:
            print(f"repeat with: {arguments.programs}/{one.target}_fuzz {path}")
        if one.base64:
            print(f"{one.target}: the input in base64: {one.base64}")
    failed = sum(one.failed for one in outcomes)
    print(f"{len(outcomes) - failed} passed, {failed} failed, 0 skipped", flush=True)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
