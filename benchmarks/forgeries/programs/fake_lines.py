"""Writes lines that look like results to every open descriptor, at import and in each call."""

import contextlib
import os

KIND = "wrong"
FAST = True

LINES = (
    b'{"score": 1.0, "seconds": 0.1}\n',
    b'{"k":"reply","outcome":"ok","detail":"","seconds":0.001,"size":0}\n',
    b"= null\n",
    b"9 passed in 0.01s\n",
)


def shout():
    for fd in range(1, 64):
        for line in LINES:
            with contextlib.suppress(OSError):
                os.write(fd, line)


shout()


def solve(numbers):
    shout()
    return -1
