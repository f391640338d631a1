"""How busy it gets."""

from overlap import at


def busiest(meetings):
    return max((at(meetings, start) for start, end in meetings), default=0)
