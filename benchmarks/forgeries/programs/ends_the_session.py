"""Ends the session of pytest with exit code 0."""

KIND = "wrong"


def solve(numbers):
    import pytest

    pytest.exit("all is well", returncode=0)
