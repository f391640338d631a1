"""Countless timers and queued signals, at the user's limits"""

import ctypes
import os
import signal

from tools import libc, wait

ENDS = ("timeout", "died")


def attack():
    signal.pthread_sigmask(signal.SIG_BLOCK, range(1, 65))
    signal.setitimer(signal.ITIMER_REAL, 0.0001, 0.0001)
    signal.setitimer(signal.ITIMER_PROF, 0.0001, 0.0001)
    timer = ctypes.c_void_p()
    for _ in range(100_000):
        if libc.timer_create(0, None, ctypes.byref(timer)) < 0:
            break
    for _ in range(5000):
        os.kill(os.getpid(), 40)
    wait()
