"""Keeps the bins of many instances and asks `packing.priority` where each item goes.

One call is one step: the next item of every instance. The caller alone knows the items to come, and replays
the choices itself, so nothing in this file needs to be trusted.
"""

from __future__ import annotations

from bisect import bisect_left, insort
from operator import itemgetter

from packing import priority

_index = itemgetter(1)
_instances: list[Instance] = []


class Instance:
    """The open bins of one instance, as (room, index) in order of room."""

    def __init__(self, capacity: int) -> None:
        self.capacity = capacity
        self.bins: list[tuple[int, int]] = []

    def put(self, item: int) -> int:
        """Put the item where `priority` wants it most, and return that bin's index."""
        fitting = sorted(self.bins[bisect_left(self.bins, (item, -1)) :], key=_index)
        rooms = [room for room, _ in fitting]
        rooms.append(self.capacity)
        scores = priority(item, rooms)
        if len(scores) != len(rooms):
            raise ValueError("priority must return one number for each bin")
        best = scores.index(max(scores))
        if best == len(fitting):
            room, index = self.capacity, len(self.bins)
        else:
            room, index = fitting[best]
            del self.bins[bisect_left(self.bins, (room, index))]
        insort(self.bins, (room - item, index))
        return index


def place(items: list[int], capacities: list[int] | None = None) -> list[int]:
    """The bin, numbered in order of opening, for each instance's next item.

    The first call gives the instances' capacities, and so opens the session.
    """
    if capacities is not None:
        _instances[:] = [Instance(capacity) for capacity in capacities]
    return [instance.put(item) for instance, item in zip(_instances, items, strict=True)]
