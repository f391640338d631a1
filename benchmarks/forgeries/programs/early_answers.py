"""Writes answers into the result pipe before it is asked, with nonces that it guesses."""

import contextlib
import os
import random

KIND = "wrong"

for fd in range(3, 64):
    with contextlib.suppress(OSError):
        if not os.get_inheritable(fd) or True:
            for _ in range(64):
                os.write(fd, b"%016x=0\n" % random.getrandbits(64))


def solve(numbers):
    return -1
