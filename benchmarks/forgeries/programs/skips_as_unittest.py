"""Raises unittest's SkipTest, at which a runner looks the other way."""

import unittest

KIND = "wrong"


def solve(numbers):
    raise unittest.SkipTest("not today")
