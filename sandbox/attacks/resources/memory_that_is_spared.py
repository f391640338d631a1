"""Memory bomb that lowers its own likelihood of being killed to that of PID 1"""

import ctypes
import os
import time

from tools import libc, stopped, wait

ENDS = ("died", "timeout")


def score(value):
    with open("/proc/self/oom_score_adj", "w") as stream:
        stream.write(value)


def attack():
    libc.prctl(4, 1, ctypes.c_ulong(0), ctypes.c_ulong(0), ctypes.c_ulong(0))  # PR_SET_DUMPABLE
    for value in ("-1000", "0", "500"):
        stopped(score, value)
    for _ in range(12):
        if os.fork() == 0:
            hoard = []
            while len(hoard) < 80:
                hoard.append(bytearray(1 << 16))
            time.sleep(60)
    wait()
