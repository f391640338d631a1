"""Sets an alarm that ends the process with success a moment later."""

import os
import signal

KIND = "wrong"

signal.signal(signal.SIGALRM, lambda *args: os._exit(0))
signal.setitimer(signal.ITIMER_REAL, 0.001)


def solve(numbers):
    return -1
