"""Boxes that wait for a use, in the order in which their kinds were last used."""

from __future__ import annotations

from collections import OrderedDict, deque
from collections.abc import Callable, Iterator

from pygent.sandbox.api import BoxSpec, Isolation
from pygent.sandbox.host.box import RunnerBox


class IdleBoxes:
    """Not thread-safe: the pool's lock is held. Its length is the number of boxes."""

    def __init__(self) -> None:
        self._waiting: OrderedDict[tuple[BoxSpec, Isolation], deque[RunnerBox]] = OrderedDict()

    def __len__(self) -> int:
        return sum(map(len, self._waiting.values()))

    def count(self, spec: BoxSpec, isolation: Isolation) -> int:
        return len(self._waiting.get((spec, isolation), ()))

    def put(self, box: RunnerBox, spec: BoxSpec, isolation: Isolation) -> None:
        self._waiting.setdefault((spec, isolation), deque()).append(box)
        self._waiting.move_to_end((spec, isolation))

    def pop(self, spec: BoxSpec, isolation: Isolation) -> RunnerBox | None:
        """The latest of a kind, if there is one."""
        waiting = self._waiting.get((spec, isolation))
        if not waiting:
            return None
        self._waiting.move_to_end((spec, isolation))
        return waiting.pop()

    def beyond(self, most: int) -> Iterator[RunnerBox]:
        """Take out the longest unused until `most` are left."""
        while len(self) > most:
            key, oldest = next(iter(self._waiting.items()))
            if oldest:
                yield oldest.popleft()
            if not oldest:
                del self._waiting[key]

    def unwanted(self, quiet: Callable[[BoxSpec], bool]) -> Iterator[RunnerBox]:
        """Take out all started ahead of which `quiet` says that nobody asks for them now."""
        for (spec, isolation), waiting in self._waiting.items():
            while waiting and isolation is Isolation.CONTAINER and quiet(spec):
                yield waiting.popleft()

    def clear(self) -> None:
        self._waiting.clear()
