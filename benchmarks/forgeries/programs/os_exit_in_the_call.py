"""Ends the process at once, with success, in place of an answer."""

import os

KIND = "wrong"
FAST = True


def solve(numbers):
    os._exit(0)
