"""Ends the process with success while it is imported."""

import sys

KIND = "wrong"

sys.exit(0)


def solve(numbers):
    return -1
