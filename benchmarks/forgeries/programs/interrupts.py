"""Raises KeyboardInterrupt, at which a session ends early."""

KIND = "wrong"


def solve(numbers):
    raise KeyboardInterrupt
