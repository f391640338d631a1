"""Answers with a float that is neither smaller nor greater than any."""

KIND = "wrong"


def solve(numbers):
    return float("nan")
