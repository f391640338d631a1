"""Answers with True, which is also 1."""

KIND = "wrong"


def solve(numbers):
    return True
