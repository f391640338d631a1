"""Ends the process at once, with success, while it is imported."""

import os

KIND = "wrong"

os._exit(0)


def solve(numbers):
    return -1
