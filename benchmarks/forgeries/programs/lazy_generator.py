"""Answers with a generator and hopes that nobody runs it."""

KIND = "wrong"


def solve(numbers):
    yield -1
