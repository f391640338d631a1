"""Honest but wrong: never 0 for what the suites ask."""


def solve(numbers):
    return 0
