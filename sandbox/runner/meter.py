"""The container's own meters, read from inside: CPU time and memory kills."""

from __future__ import annotations

import math
import os
import resource
from collections.abc import Mapping

from . import clean

_CPU_V1 = ("/sys/fs/cgroup/cpuacct/cpuacct.usage", "/sys/fs/cgroup/cpu,cpuacct/cpuacct.usage")
_CPU_V2 = "/sys/fs/cgroup/cpu.stat"
_KILLS = ("/sys/fs/cgroup/memory.events", "/sys/fs/cgroup/memory/memory.oom_control")
CPU = (*_CPU_V1, _CPU_V2)
FILES = (*CPU, *_KILLS)
PROCESSES = "/proc"
_TICK = 1 / os.sysconf("SC_CLK_TCK")
_RECENT = 0.02  # seconds for which a reading of the CPU time is good enough


class Meter:
    """Keeps the meters open. `held` are those already open, by path.

    A process that is not PID 1 does not have the control group to itself, so the meters are not used there.
    """

    def __init__(self, held: Mapping[str, int]) -> None:
        mine = os.getpid() == 1
        self._usage = _open(_CPU_V1, held) if mine else -1
        self._stat = _open((_CPU_V2,), held) if mine and self._usage < 0 else -1
        self._kills = _open(_KILLS, held) if mine else -1
        self._processes = f"/proc/self/fd/{held[PROCESSES]}" if PROCESSES in held else PROCESSES

    def cpu_seconds(self) -> float:
        """CPU time of the container so far, or of children that are collected if there is no meter."""
        if self._usage >= 0:
            return int(os.pread(self._usage, 64, 0)) / 1e9
        if self._stat >= 0:
            return int(os.pread(self._stat, 64, 0).split()[1]) / 1e6
        used = resource.getrusage(resource.RUSAGE_CHILDREN)
        return used.ru_utime + used.ru_stime

    def live_cpu_seconds(self) -> float:
        """CPU time so far, with that of processes that still run; without a meter a slow look at each.

        Without a meter, what processes leave behind that nobody collects is lost.
        """
        used = self.cpu_seconds()
        if self.is_container:
            return used
        return used + sum(_cpu_of(f"{self._processes}/{pid}/stat") for pid in clean.others(self._processes))

    @property
    def is_container(self) -> bool:
        return self._usage >= 0 or self._stat >= 0

    def memory_kills(self) -> int:
        """How many processes the kernel has killed for memory in this container."""
        if self._kills < 0:
            return 0
        for line in os.pread(self._kills, 1024, 0).splitlines():
            if line.startswith(b"oom_kill "):
                return int(line.split()[1])
        return 0


class CpuClock:
    """The CPU time of the box at the start and the end of steps, read no more often than it must be."""

    def __init__(self, meter: Meter) -> None:
        self._meter = meter
        self._read_at = self._until = -math.inf
        self.seconds = 0.0

    def read(self, now: float) -> float:
        self._read_at = self._until = now
        self.seconds = self._meter.live_cpu_seconds()  # less than was estimated if steps waited
        return self.seconds

    def begin(self, now: float) -> float:
        """The CPU time at the start of a step, which may be as read at the end of one just before."""
        self._until = now
        return self.seconds if now - self._read_at < _RECENT else self.read(now)

    def end(self, now: float) -> float:
        """The CPU time at the end of a step.

        Without a meter, a short step counts as if it had computed all the time: to look would take longer.
        """
        if self._meter.is_container or now - self._read_at >= _RECENT:
            return self.read(now)
        self.seconds += now - self._until
        self._until = now
        return self.seconds


def _cpu_of(stat: str) -> float:
    """CPU time of a process and of its children that it has collected; 0 if it has gone."""
    try:
        with open(stat, "rb") as stream:
            words = stream.read().rpartition(b") ")[2].split()
    except OSError:
        return 0.0
    return sum(map(int, words[11:15])) * _TICK  # utime, stime, cutime, cstime: proc_pid_stat(5)


def _open(paths: tuple[str, ...], held: Mapping[str, int]) -> int:
    for path in paths:
        if path in held:
            return held[path]
        try:
            return os.open(path, os.O_RDONLY | os.O_CLOEXEC)
        except OSError:
            continue
    return -1
