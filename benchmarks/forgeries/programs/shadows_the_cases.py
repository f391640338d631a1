"""Defines names of the test that may be run in its own namespace."""

KIND = "wrong"

CASES = []
expected = None


def solve(numbers):
    return -1
