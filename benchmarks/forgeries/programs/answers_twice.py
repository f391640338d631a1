"""Forks in the call, so that two processes answer."""

import os

KIND = "wrong"


def solve(numbers):
    os.fork()
    return -1
