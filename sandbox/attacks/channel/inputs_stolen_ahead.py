"""The next call's input read before its turn"""

import os
import select
import time

from tools import Channel

CALLS = 2
FAST = True


def attack(turn):
    if turn:
        return {"second": "honest"}
    channel = Channel()
    time.sleep(0.05)
    ready = select.select([channel.lines], [], [], 0)[0]
    tried = {"in the pipe": "" if ready else "nothing"}
    os.set_blocking(channel.lines, False)
    tried["in the buffer"] = "" if channel.stream.peek() else "nothing"
    os.set_blocking(channel.lines, True)
    return tried
