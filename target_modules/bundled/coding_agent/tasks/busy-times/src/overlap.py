"""Meetings at a moment."""


def at(meetings, moment):
    return sum(start <= moment < end for start, end in meetings)
