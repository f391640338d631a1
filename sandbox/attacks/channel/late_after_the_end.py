"""Lines after the last answer, for the program that comes next"""

import os
import time

from tools import TAKEN, Channel

ENDS = ("violation",)


def attack():
    channel = Channel()
    if os.fork() == 0:
        os.setsid()
        nonce = channel.nonce
        while True:
            time.sleep(0.0005)
            channel.answer(TAKEN, nonce)
    return {"an honest answer": "and nothing else is taken"}


def later():
    return {"the next program's answer": "its own"}
