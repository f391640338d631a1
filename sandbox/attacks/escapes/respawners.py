"""Processes that each start the next before they die, faster than they can be killed"""

import os
import time

ENDS = ("timeout",)


def fork():
    try:
        return os.fork()
    except OSError:
        return -1


def attack():
    for _ in range(6):
        if fork() == 0:
            os.setsid()
            while True:
                if fork() > 0:
                    os._exit(0)
    time.sleep(0.2)
    while True:
        pass


def later():
    others = [n for n in os.listdir("/proc") if n.isdigit() and int(n) not in (1, os.getpid())]
    return {"respawners": "" if others else "gone"}
