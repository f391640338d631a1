"""How many boxes to keep started ahead: as many as are taken while one starts, if memory allows."""

from __future__ import annotations

import math
import time
from collections import deque
from collections.abc import Callable

_REMEMBERED = 16  # of the latest takes
_AT_FIRST = 0.5  # seconds that a box is assumed to take to start, before one has
_QUIET_SECONDS = 30.0
_SHARE = 0.5  # of the free memory that waiting boxes may be promised


class Sizing:
    """Learns from takes and starts. Not thread-safe: the pool's lock guards it.

    `most` is the largest answer; 0 turns starting ahead off.
    """

    def __init__(
        self,
        most: int,
        *,
        clock: Callable[[], float] = time.monotonic,
        free_mb: Callable[[], float] | None = None,
    ) -> None:
        self._most = most
        self._clock = clock
        self._free_mb = free_mb or free_memory_mb
        self._takes: deque[float] = deque(maxlen=_REMEMBERED)
        self._start_seconds = _AT_FIRST

    def taken(self) -> None:
        """Note that a box was asked for."""
        self._takes.append(self._clock())

    def started(self, seconds: float) -> None:
        """Note how long a box took to become ready."""
        self._start_seconds += (seconds - self._start_seconds) / 4

    @property
    def quiet(self) -> bool:
        """Whether no box has been taken for so long that none need wait."""
        return not self._takes or self._clock() - self._takes[-1] > _QUIET_SECONDS

    def wanted(self, memory_mb: int) -> int:
        """How many boxes with this limit should wait: one, plus one per box taken while another starts."""
        if not self._takes or not self._most:
            return 0
        span = max(self._clock() - self._takes[0], self._start_seconds)
        during_a_start = len(self._takes) / span * self._start_seconds
        fitting = self._free_mb() * _SHARE / memory_mb
        return int(min(self._most, 1 + math.ceil(during_a_start), fitting))


def free_memory_mb() -> float:
    """What this machine can give without swapping, in MiB (proc(5), MemAvailable); infinite if unknown."""
    try:
        with open("/proc/meminfo") as stream:
            for line in stream:
                if line.startswith("MemAvailable:"):
                    return int(line.split()[1]) / 1024
    except OSError:
        pass
    return math.inf
