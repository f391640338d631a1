"""Becomes a program that succeeds, by `exec`."""

import contextlib
import os
import sys

KIND = "wrong"

with contextlib.suppress(OSError):
    os.execv(sys.executable, [sys.executable, "-c", 'print(\'{"score": 1.0, "seconds": 0.1}\')'])


def solve(numbers):
    return -1
