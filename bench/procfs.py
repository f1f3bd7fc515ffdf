# SPDX-License-Identifier: Apache-2.0
"""What /proc knows about a process with all its children, and about the machine.

A process that ends takes its figures with it, so differences are taken over servers that live
through the whole measurement.
"""

import dataclasses
import os
import re

TICKS_PER_SECOND = os.sysconf("SC_CLK_TCK")


def read(path):
    """The file's text, or nothing when its process has gone."""
    try:
        with open(path, encoding="utf-8", errors="replace") as file:
            return file.read()
    except OSError:
        return ""


def tree(pid):
    """The process and everything below it."""
    found = [pid]
    for parent in found:  # grows while it is walked
        for thread in threads(parent):
            found += map(int, read(f"/proc/{parent}/task/{thread}/children").split())
    return found


def threads(pid):
    try:
        return os.listdir(f"/proc/{pid}/task")
    except OSError:
        return []


@dataclasses.dataclass(frozen=True)
class Usage:
    user_s: float = 0.0
    system_s: float = 0.0
    voluntary_switches: int = 0

    def __sub__(self, earlier):
        return Usage(self.user_s - earlier.user_s, self.system_s - earlier.system_s,
                     self.voluntary_switches - earlier.voluntary_switches)

    @property
    def cpu_s(self):
        return self.user_s + self.system_s


def usage(pid):
    """What the tree of `pid` has used since it started."""
    user = system = switches = 0
    for process in tree(pid):
        # Fields 14 and 15 of stat; the name in field 2 may hold spaces, so count from its end.
        fields = read(f"/proc/{process}/stat").rpartition(")")[2].split()
        if not fields:
            continue
        user += int(fields[11])
        system += int(fields[12])
        for thread in threads(process):
            status = read(f"/proc/{process}/task/{thread}/status")
            switched = re.search(r"^voluntary_ctxt_switches:\s*(\d+)", status, re.M)
            switches += int(switched.group(1)) if switched else 0
    return Usage(user / TICKS_PER_SECOND, system / TICKS_PER_SECOND, switches)


def resident_bytes(pid):
    """Resident memory of the tree."""
    sizes = [re.search(r"^VmRSS:\s*(\d+) kB", read(f"/proc/{process}/status"), re.M)
             for process in tree(pid)]
    return sum(int(size.group(1)) * 1024 for size in sizes if size)


def machine():
    """(busy, stolen): seconds of all CPUs since boot that somebody, or the host, has used."""
    user, nice, system, _, _, irq, softirq, steal = map(
        int, read("/proc/stat").splitlines()[0].split()[1:9])
    return (user + nice + system + irq + softirq) / TICKS_PER_SECOND, steal / TICKS_PER_SECOND


def processor():
    match = re.search(r"^model name\s*:\s*(.*)$", read("/proc/cpuinfo"), re.M)
    return match.group(1) if match else "unknown CPU"
