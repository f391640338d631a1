"""Skips each test that calls it."""

KIND = "wrong"


def solve(numbers):
    import pytest

    pytest.skip("not today")
