"""Answers a call with the nonce of the one before, and several times."""

import contextlib
import os
import sys

KIND = "wrong"
FAST = True


def nonces():
    frame = sys._getframe()
    while frame is not None:
        if isinstance(nonce := frame.f_locals.get("nonce"), bytes):
            yield nonce
        frame = frame.f_back


def solve(numbers):
    for nonce in nonces():
        for fd in range(3, 64):
            for answer in (b"=0", b"=1", b"=true", b'={"$int":"0x1"}'):
                with contextlib.suppress(OSError):
                    os.write(fd, nonce + answer + b"\n")
    return -1
