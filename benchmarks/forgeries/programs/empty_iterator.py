"""Answers with an iterator that is at its end, so that whoever walks over it sees nothing wrong."""

KIND = "wrong"


def solve(numbers):
    return iter(())
