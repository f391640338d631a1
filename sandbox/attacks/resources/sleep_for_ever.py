"""Sleeping forever, stopped by its own SIGSTOP"""

import os
import signal

from tools import wait

ENDS = ("timeout",)


def attack():
    os.kill(os.getpid(), signal.SIGSTOP)
    wait()
