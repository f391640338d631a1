"""A thread that answers the next call before it is asked"""

import threading
import time

from tools import TAKEN, Channel

ENDS = ("violation",)
CALLS = 2
FAST = True


def attack(turn):
    if turn == 0:
        channel = Channel()
        nonce = channel.nonce

        def early():
            time.sleep(0.05)
            channel.answer(TAKEN, nonce)

        threading.Thread(target=early).start()
        return {"first": "honest"}
    time.sleep(1)
    return {"a call after an early line": ""}
