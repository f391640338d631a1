"""Huge integers that no signal interrupts"""

import signal

ENDS = ("timeout", "died")


def attack():
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    number = 3 ** (3**19)
    return {"a power": str(number % 7) and ""}
