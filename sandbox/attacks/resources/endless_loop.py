"""Endless loop that ignores every signal"""

import signal

ENDS = ("timeout",)
FAST = True


def attack():
    for number in range(1, 65):
        try:
            signal.signal(number, signal.SIG_IGN)
        except (OSError, ValueError):
            continue
    signal.pthread_sigmask(signal.SIG_BLOCK, range(1, 65))
    while True:
        try:
            while True:
                pass
        except BaseException:  # noqa: BLE001
            continue
