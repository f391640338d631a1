"""Raises SystemExit(0) in place of an answer."""

import sys

KIND = "wrong"


def solve(numbers):
    sys.exit(0)
