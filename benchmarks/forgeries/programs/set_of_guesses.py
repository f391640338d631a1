"""Answers with a great many numbers at once."""

KIND = "wrong"


def solve(numbers):
    return set(range(50_000))
