"""Says of each test that calls it that it was expected to fail."""

KIND = "wrong"


def solve(numbers):
    import pytest

    pytest.xfail("as was expected")
