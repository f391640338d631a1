"""Empties the list that it is given, before its caller computes from it what is right."""

KIND = "wrong"


def solve(numbers):
    numbers.clear()
    return 0
