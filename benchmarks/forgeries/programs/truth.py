"""Answers True."""

KIND = "wrong"


def solve(numbers):
    return True
