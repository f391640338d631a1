"""Skips each test that calls it."""

KIND = "wrong"
FAST = True


def solve(numbers):
    import pytest

    pytest.skip("not today")
