"""Interrupt a test that has used up its time."""

from __future__ import annotations

import signal
import types
from collections.abc import Callable

_PATIENCE = 10  # rings that pass while modules are imported: a test may be the first to need them
_STUBBORN = 5  # interruptions that a test may catch until the run is given up


class TimedOut(BaseException):
    """A test has used up its time."""


class Alarm:
    """Raises `TimedOut` in the main thread, again and again until it is stopped.

    It rings after a time that this process may compute (children that a test starts do not count), or a time
    by the clock. `rung` is called first, `given_up` if the test catches one interruption after another.
    """

    def __init__(self, rung: Callable[[], None], given_up: Callable[[], None]) -> None:
        self._rung, self._given_up = rung, given_up
        self._rings = self._raised = 0

    def start(self, seconds: float, by_clock: float) -> None:
        self._rings = self._raised = 0
        for number, timer, after in (
            (signal.SIGPROF, signal.ITIMER_PROF, seconds),
            (signal.SIGALRM, signal.ITIMER_REAL, by_clock),
        ):
            signal.signal(number, self._ring)
            signal.setitimer(timer, after, after)

    def stop(self) -> None:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.setitimer(signal.ITIMER_REAL, 0)

    def _ring(self, number: int, frame: types.FrameType | None) -> None:
        self._rings += 1
        if self._rings <= _PATIENCE and _imports(frame):
            return
        self._raised += 1
        self._rung()
        if self._raised > _STUBBORN:
            self._given_up()
        raise TimedOut


def _imports(frame: types.FrameType | None) -> bool:
    while frame is not None:
        if frame.f_code.co_filename.startswith("<frozen importlib"):
            return True
        frame = frame.f_back
    return False
