"""Leaves a process behind that keeps the core busy while the other program is timed."""

import os

KIND = "time"
FAST = True

if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        for fd in range(64):
            try:
                os.close(fd)
            except OSError:
                continue
        while True:
            pass
    os._exit(0)


def honest(numbers):
    total = 0
    for i in range(len(numbers)):
        for j in range(i + 1, len(numbers)):
            if numbers[i] > numbers[j]:
                total += numbers[i] - numbers[j]
    return total


def solve(numbers):
    return honest(numbers)
