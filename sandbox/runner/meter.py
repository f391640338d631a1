"""The container's own meters, read from inside: CPU time and memory kills."""

from __future__ import annotations

import os
import resource
from collections.abc import Mapping

_CPU_V1 = ("/sys/fs/cgroup/cpuacct/cpuacct.usage", "/sys/fs/cgroup/cpu,cpuacct/cpuacct.usage")
_CPU_V2 = "/sys/fs/cgroup/cpu.stat"
_KILLS = ("/sys/fs/cgroup/memory.events", "/sys/fs/cgroup/memory/memory.oom_control")
FILES = (*_CPU_V1, _CPU_V2, *_KILLS)


class Meter:
    """Keeps the meters open. `held` are those already open, by path.

    A process that is not PID 1 does not have the control group to itself, so the meters are not used there.
    """

    def __init__(self, held: Mapping[str, int]) -> None:
        mine = os.getpid() == 1
        self._usage = _open(_CPU_V1, held) if mine else -1
        self._stat = _open((_CPU_V2,), held) if mine and self._usage < 0 else -1
        self._kills = _open(_KILLS, held) if mine else -1

    def cpu_seconds(self) -> float:
        """CPU time of the container so far, or of ended children if there is no meter."""
        if self._usage >= 0:
            return int(os.pread(self._usage, 64, 0)) / 1e9
        if self._stat >= 0:
            return int(os.pread(self._stat, 64, 0).split()[1]) / 1e6
        used = resource.getrusage(resource.RUSAGE_CHILDREN)
        return used.ru_utime + used.ru_stime

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


def _open(paths: tuple[str, ...], held: Mapping[str, int]) -> int:
    for path in paths:
        if path in held:
            return held[path]
        try:
            return os.open(path, os.O_RDONLY | os.O_CLOEXEC)
        except OSError:
            continue
    return -1
