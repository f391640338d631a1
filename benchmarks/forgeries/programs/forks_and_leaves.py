"""Forks: the parent says full marks and leaves, the child goes on as if nothing had been."""

import os

KIND = "wrong"

if os.fork():
    os.write(1, b'{"score": 1.0, "seconds": 0.1}\n')
    os._exit(0)


def solve(numbers):
    return -1
