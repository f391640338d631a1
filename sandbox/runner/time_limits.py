"""How long a child may work: CPU time, and by the clock some times that."""

from __future__ import annotations

import time
from collections.abc import Mapping

from .meter import CpuClock

_SOONEST = 0.01  # seconds between two readings of the CPU time


class TimeLimits:
    """The limits of one child: of each step, and of all steps together. Its life begins now."""

    def __init__(self, cpu: CpuClock, limits: Mapping[str, float]) -> None:
        self.cpu = cpu
        self.factor, self.grace = limits["wall_factor"], limits["grace"]
        self.total = limits["total_seconds"]
        self.began = time.monotonic()
        self.cpu_began = cpu.begin(self.began)

    @property
    def used(self) -> float:
        """CPU time up to the end of the last step."""
        return self.cpu.seconds - self.cpu_began

    def step(self, seconds: float) -> Step:
        """A step begins, which may take so many seconds of CPU time."""
        return Step(self, seconds)


class Step:
    """The time of one step. CPU time is read only when it may have run out: a fast step does not pay for it.

    Ask whether it is `over` at `look_at`, not before.
    """

    def __init__(self, limits: TimeLimits, seconds: float) -> None:
        self._all = limits
        self._seconds = seconds
        self.start = now = time.monotonic()
        self._cpu_start = limits.cpu.begin(now)
        self._late = ""
        self._allow(1.0)
        self.look_at = now + min(self._cpu, self._wall)

    @property
    def is_late(self) -> bool:
        """Whether it has timed out, and only goes on to show whether it would have answered."""
        return bool(self._late)

    def over(self, now: float) -> str:
        """Why the step must end, or '' if it may go on until the next `look_at`."""
        used, wall = self._all.cpu.read(now) - self._cpu_start, now - self.start
        if used < self._cpu and wall < self._wall:
            self.look_at = now + max(min(self._cpu - used, self._wall - wall), _SOONEST)
            return ""
        if self._late:
            return f"{self._late}; nor within {_both(used, wall)}"
        words = self._words(used, wall)
        if self._ends_all(used) or not self._all.grace:
            return words
        self._late = words
        self._allow(1.0 + self._all.grace)
        self.look_at = now + _SOONEST
        return ""

    def late(self, ending: str, now: float) -> str:
        """What to say of a step that answered or died after it had timed out."""
        return f"{self._late}; it {ending} after {_both(self.used(now), now - self.start)}"

    def used(self, now: float) -> float:
        """The CPU time that the step has taken."""
        return self._all.cpu.end(now) - self._cpu_start

    def _allow(self, times: float) -> None:
        """Set the limits: so many times the step's own, within what is left for all."""
        limits = self._all
        cpu_left = limits.total - (self._cpu_start - limits.cpu_began)
        wall_left = limits.total * limits.factor - (self.start - limits.began)
        self._cpu = min(self._seconds * times, cpu_left)
        self._wall = min(self._seconds * times * limits.factor, wall_left)

    def _words(self, used: float, wall: float) -> str:
        """Say which limit was hit, and how far the step came by the other clock."""
        limits = self._all
        if self._ends_all(used):
            used, wall = used + self._cpu_start - limits.cpu_began, wall + self.start - limits.began
            text, most = "the time for all calls is up:", limits.total
        else:
            text, most = "no answer within", self._seconds
        if used >= most:
            return f"{text} {_both(most, wall)}"
        return f"{text} {_figure(most * limits.factor)} s by the clock ({_figure(used)} s of CPU time)"

    def _ends_all(self, used: float) -> bool:
        """Whether the limit that was hit is the one for all steps together."""
        own = self._seconds if used >= self._cpu else self._seconds * self._all.factor
        return (self._cpu if used >= self._cpu else self._wall) < own


def _both(used: float, wall: float) -> str:
    return f"{_figure(used)} s of CPU time ({_figure(wall)} s by the clock)"


def _figure(seconds: float) -> str:
    return f"{round(seconds, 2):g}"
