"""How long a child may work: CPU time, and by the clock some times that."""

from __future__ import annotations

import time
from collections.abc import Mapping

from .meter import CpuClock

_SOONEST = 0.01  # seconds between two readings of the CPU time


class TimeLimits:
    """The limits of one child, whose life begins now: of each step, and of all steps together.

    CPU time is read only when it may have run out, so a fast step does not pay for it: ask whether a step is
    `over` at `look_at`, and not before.
    """

    def __init__(self, cpu: CpuClock, limits: Mapping[str, float]) -> None:
        self._cpu = cpu
        self._factor, self._grace, self._total = (
            limits[name] for name in ("wall_factor", "grace", "total_seconds")
        )
        self.began = self.start = self.look_at = time.monotonic()
        self._cpu_began = self._cpu_start = cpu.begin(self.began)
        self._cpu_end, self._end = self._cpu_began + self._total, self.began + self._total * self._factor
        self._seconds = self._allowed = 0.0
        self.late = ""

    @property
    def used(self) -> float:
        """CPU time up to the end of the last step."""
        return self._cpu.seconds - self._cpu_began

    def begin(self, seconds: float) -> None:
        """Begin a step, which may take so many seconds of CPU time."""
        self.start = now = time.monotonic()
        self._cpu_start = used = self._cpu.begin(now)
        self._seconds = self._allowed = seconds
        self.late = ""  # why the step has timed out, if it only goes on to show whether it would answer
        self.look_at = now + min(seconds, self._cpu_end - used, self._end - now)

    def end(self, now: float) -> float:
        """End the step. Return the CPU time that it took."""
        return max(0.0, self._cpu.end(now) - self._cpu_start)

    def over(self, now: float) -> str:
        """Why the step must end, or '' if it may go on until the next `look_at`."""
        cpu = self._cpu.read(now)
        most, latest = self._cpu_start + self._allowed, self.start + self._allowed * self._factor
        left = min(most - cpu, latest - now, self._cpu_end - cpu, self._end - now)
        if left <= 0:
            if self.late:
                return f"{self.late}; nor within {self.taken(now)}"
            words = self._words(cpu, now)
            if not self._grace or min(self._cpu_end - cpu, self._end - now) <= 0:
                return words
            self.late = words
            self._allowed += self._allowed * self._grace
        self.look_at = now + max(left, _SOONEST)
        return ""

    def taken(self, now: float) -> str:
        """How long the step has taken so far, in words."""
        return _both(self._cpu.seconds - self._cpu_start, now - self.start)

    def _words(self, cpu: float, now: float) -> str:
        """Say which limit was hit, and how far the step came by the other clock."""
        if cpu >= self._cpu_end or now >= self._end:
            text, most = "the time for all calls is up:", self._total
            cpu_start, start, cpu_end = self._cpu_began, self.began, self._cpu_end
        else:
            text, most = "no answer within", self._seconds
            cpu_start, start, cpu_end = self._cpu_start, self.start, self._cpu_start + self._seconds
        if cpu >= cpu_end:
            return f"{text} {_both(most, now - start)}"
        return (
            f"{text} {_figure(most * self._factor)} s by the clock ({_figure(cpu - cpu_start)} s of CPU time)"
        )


def _both(used: float, wall: float) -> str:
    return f"{_figure(used)} s of CPU time ({_figure(wall)} s by the clock)"


def _figure(seconds: float) -> str:
    """Seconds in words; a later reading may be less than an estimate at the start (`CpuClock`)."""
    return f"{max(0.0, round(seconds, 2)):g}"
