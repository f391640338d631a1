"""Answers with infinity, which grows no more and shrinks no more."""

KIND = "wrong"


def solve(numbers):
    return float("inf")
