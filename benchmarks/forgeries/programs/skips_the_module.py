"""Skips the module of the tests while it imports this one."""

import pytest

KIND = "wrong"

pytest.skip("not here", allow_module_level=True)


def solve(numbers):
    return -1
