"""Stops and continues whoever waits for it, with every signal that can be handled."""

import contextlib
import os
import signal

KIND = "wrong"

for number in (signal.SIGUSR1, signal.SIGUSR2, signal.SIGALRM, signal.SIGCHLD, signal.SIGCONT, signal.SIGHUP):
    with contextlib.suppress(OSError):
        os.kill(os.getppid(), number)


def solve(numbers):
    return -1
