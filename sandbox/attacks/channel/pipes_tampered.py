"""The result pipe resized, made non-blocking, reopened, read, and spliced into"""

import ctypes
import fcntl
import os

from tools import Channel, libc, stopped

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
    libc.prctl(4, 1, ctypes.c_ulong(0), ctypes.c_ulong(0), ctypes.c_ulong(0))  # PR_SET_DUMPABLE
    reader = os.open(f"/proc/self/fd/{channel.result}", os.O_RDONLY | os.O_NONBLOCK)
    stopped(os.read, reader, 1 << 16)
    with open("/tmp/zero", "wb") as stream:
        stream.write(b"\0" * 4096)
    source = os.open("/tmp/zero", os.O_RDONLY)
    stopped(os.splice, source, channel.result, 4096)
    return {"first": "spoilt"}
