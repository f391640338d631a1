"""Forks in the call and dies with success, and lets the child answer."""

import os

KIND = "wrong"


def solve(numbers):
    if os.fork():
        os._exit(0)
    return -1
