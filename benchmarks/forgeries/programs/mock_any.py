"""Answers with `unittest.mock.ANY`."""

from unittest.mock import ANY

KIND = "wrong"


def solve(numbers):
    return ANY
