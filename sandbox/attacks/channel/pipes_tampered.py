"""The result pipe resized, made non-blocking, reopened, read, and spliced into"""

import fcntl
import os

from tools import Channel, stopped

ENDS = ("violation", "timeout", "died")
CALLS = 2


def attack(turn):
    channel = Channel()
    stopped(fcntl.fcntl, channel.result, 1031, 4096)  # F_SETPIPE_SZ
    stopped(fcntl.fcntl, channel.result, 1031, 1 << 24)
    stopped(fcntl.fcntl, channel.result, fcntl.F_SETFL, os.O_NONBLOCK | os.O_ASYNC)
    stopped(fcntl.fcntl, channel.result, fcntl.F_SETFL, 0)
    if turn:
        return {"after the pipe was read by itself": ""}
    with open("/tmp/zero", "wb") as stream:
        stream.write(b"\0" * 4096)
    source = os.open("/tmp/zero", os.O_RDONLY)
    stopped(os.splice, source, channel.result, 4096)
    stopped(os.open, f"/proc/self/fd/{channel.result}", os.O_RDONLY | os.O_NONBLOCK)
    return {"first": "spoilt"}
