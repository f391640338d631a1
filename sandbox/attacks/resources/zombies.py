"""Zombies that fill the process table"""

import os

from tools import wait

ENDS = ("timeout",)


def attack():
    count = 0
    while count < 5000:
        try:
            if os.fork() == 0:
                os._exit(0)
            count += 1
        except OSError:
            break
    if count < 5000:
        wait()
    return {"5000 zombies": ""}
