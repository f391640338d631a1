"""The attempts that are under way, so that two models at work at a time do not do the same."""

from __future__ import annotations

import threading
from dataclasses import dataclass


@dataclass(frozen=True)
class AttemptBeside:
    """An attempt that is not committed yet: its first parent, and its idea as soon as a model has had one."""

    attempt: int
    parent: str
    idea: str = ""


class UnderWay:
    """Thread-safe: attempts begin and end on the loop's thread, and their ideas come from others."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._attempts: dict[int, AttemptBeside] = {}

    def begin(self, attempt: int, parent: str) -> tuple[AttemptBeside, ...]:
        """Add an attempt; return those that were under way before it, in order."""
        with self._lock:
            before = tuple(self._attempts.values())
            self._attempts[attempt] = AttemptBeside(attempt, parent)
            return before

    def note(self, attempt: int, idea: str) -> None:
        """Note an attempt's idea."""
        with self._lock:
            if known := self._attempts.get(attempt):
                self._attempts[attempt] = AttemptBeside(attempt, known.parent, idea)

    def end(self, attempt: int) -> None:
        with self._lock:
            self._attempts.pop(attempt, None)
