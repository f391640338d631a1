"""The result pipe closed, and answered by an orphan that the program left"""

import os

from tools import TAKEN, Channel, wait

ENDS = ("violation", "died")


def attack():
    channel = Channel()
    if os.fork() == 0:
        os.setsid()
        channel.answer(TAKEN, b"f" * 16)
        wait()
    os.close(channel.result)
    os._exit(0)
