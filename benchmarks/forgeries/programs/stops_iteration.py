"""Raises StopIteration, at which whoever walks over its answers in a `map` believes to be through."""

KIND = "wrong"


def solve(numbers):
    raise StopIteration
