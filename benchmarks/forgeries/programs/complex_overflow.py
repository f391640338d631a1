"""Answers with a complex number whose size overflows."""

KIND = "wrong"


def solve(numbers):
    return complex(1e308, 1e308)
