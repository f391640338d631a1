"""Processes that each start the next before they die, faster than they can be killed"""

import os
import time

ENDS = ("timeout",)
FAST = True
LIMITS = {"call_seconds": 0.5}


def attack():
    for _ in range(6):
        if os.fork() == 0:
            os.setsid()
            while True:
                try:
                    if os.fork():
                        os._exit(0)
                except OSError:
                    continue
    time.sleep(0.2)
    while True:
        pass


def later():
    others = [n for n in os.listdir("/proc") if n.isdigit() and int(n) not in (1, os.getpid())]
    return {"respawners": "" if others else "gone"}
