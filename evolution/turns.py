"""Turns: who may use a box next, where more ask than there are places."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import dataclass
from enum import IntEnum
from heapq import heappop, heappush
from itertools import count
from typing import TypeVar

_T = TypeVar("_T")

IN_A_ROW = 3  # turns of others after which one of `ASIDE` is due


class Urgency(IntEnum):
    """What a turn is for, the most urgent first."""

    CONFIRM = 0  # a champion on held-out cases
    ATTEMPT = 1  # an attempt's next step: the evaluation of a finished proposal
    ASIDE = 2  # a question of an agent about its unfinished work


@dataclass(frozen=True)
class _Waiting:
    """One that waits for its turn: one of the two is called, once."""

    start: Callable[[], object]
    refuse: Callable[[], object]


class Turns:
    """Hands out a fixed number of places, the most useful first. Thread-safe.

    The order is by what a turn unblocks:

    1. A confirmation, since no accepted attempt is committed before its outcome.
    2. A finished proposal, the lowest number first. It frees a place in the window, the next attempts learn
       from it, and if results are committed in order of attempt, the lowest number is what all others wait
       for. New numbers are higher, so each has its turn.
    3. A question of an agent, in order of arrival. It lets one conversation go on, and no more.

    A steady stream of finished proposals could hold up the agents. So if agents wait, at most `IN_A_ROW`
    other turns begin before one of theirs: question k in the queue waits for at most k * (IN_A_ROW + 1)
    turns. A turn that has begun is never interrupted.

    A thread that has a turn and asks for another keeps the one it has: work within work cannot deadlock.
    """

    def __init__(self, places: int) -> None:
        self._free = places
        self._queues: dict[Urgency, list[tuple[int, int, _Waiting]]] = {urgency: [] for urgency in Urgency}
        self._arrivals = count()
        self._in_a_row = 0
        self._lock = threading.Lock()
        self._mine = threading.local()
        self._closed = False

    @property
    def waiting(self) -> int:
        """How many wait for a place."""
        with self._lock:
            return sum(map(len, self._queues.values()))

    def queue(
        self, urgency: Urgency, number: int, start: Callable[[], object], refuse: Callable[[], object]
    ) -> None:
        """Call `start` as soon as there is a place, or `refuse` if there will be none (`close`).

        Both are called on some thread and return at once. What is started works within `holding`.
        """
        with self._lock:
            if not self._closed:
                heappush(self._queues[urgency], (number, next(self._arrivals), _Waiting(start, refuse)))
                self._call()
                return
        refuse()

    @contextmanager
    def holding(self, urgency: Urgency, number: int) -> Iterator[None]:
        """Work on this thread in the place that `start` announced, and leave it at the end."""
        self._mine.held = (urgency, number)
        try:
            yield
        finally:
            if self._held() is not None:  # after `close`, `without` got no place back
                self._give()

    @contextmanager
    def turn(self, urgency: Urgency, number: int = 0) -> Iterator[None]:
        """Wait for a place, and hold it. Raises `CancelledError` if there will be none."""
        if self._held() is not None:
            yield
            return
        self._wait(urgency, number)
        with self.holding(urgency, number):
            yield

    def without(self, work: Callable[[], _T]) -> _T:
        """Do what needs no box, such as to ask a model, and leave this thread's place to others meanwhile."""
        held = self._held()
        if held is None:
            return work()
        self._give()
        try:
            return work()
        finally:
            self._wait(*held)
            self._mine.held = held

    def close(self) -> None:
        """Give no more turns."""
        with self._lock:
            self._closed = True
            waiting = [one for queue in self._queues.values() for *_, one in queue]
            for queue in self._queues.values():
                queue.clear()
        for one in waiting:
            one.refuse()

    def _held(self) -> tuple[Urgency, int] | None:
        return getattr(self._mine, "held", None)

    def _wait(self, urgency: Urgency, number: int) -> None:
        called = Future[None]()
        self.queue(urgency, number, lambda: called.set_result(None), called.cancel)
        called.result()

    def _give(self) -> None:
        self._mine.held = None
        with self._lock:
            self._free += 1
            self._call()

    def _call(self) -> None:
        """Start those whose turn it is."""
        while self._free and (urgency := self._next()) is not None:
            *_, waiting = heappop(self._queues[urgency])
            overtakes = urgency is not Urgency.ASIDE and self._queues[Urgency.ASIDE]
            self._in_a_row = self._in_a_row + 1 if overtakes else 0
            self._free -= 1
            waiting.start()

    def _next(self) -> Urgency | None:
        if self._queues[Urgency.ASIDE] and self._in_a_row >= IN_A_ROW:
            return Urgency.ASIDE
        return next((urgency for urgency in Urgency if self._queues[urgency]), None)
