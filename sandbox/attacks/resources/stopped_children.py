"""A crowd of children that are stopped and traced, so that nothing wakes them"""

import os
import signal

from tools import wait

ENDS = ("timeout",)


def attack():
    for _ in range(15):
        if os.fork() == 0:
            signal.pthread_sigmask(signal.SIG_BLOCK, range(1, 65))
            os.setsid()
            os.kill(os.getpid(), signal.SIGSTOP)
            wait()
    wait()
