"""Its own input pipe reopened, filled with forged inputs and kept full, so that the runner cannot write"""

import ctypes
import os

from tools import Channel, libc, wait

ENDS = ("timeout", "violation")
CALLS = 2


def attack(turn):
    if turn == 0:
        fill()
    return {"a call after the pipe was full": ""}


def fill():
    libc.prctl(4, 1, ctypes.c_ulong(0), ctypes.c_ulong(0), ctypes.c_ulong(0))  # PR_SET_DUMPABLE
    channel = Channel()
    writer = os.open(f"/proc/self/fd/{channel.lines}", os.O_WRONLY | os.O_NONBLOCK)
    try:
        while True:
            os.write(writer, b"x" * 4096)
    except BlockingIOError:
        channel.answer("null")
    wait()
