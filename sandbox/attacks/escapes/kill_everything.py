"""kill -1, the runner's group, and every signal to PID 1, queued ones too"""

import ctypes
import os
import signal

from tools import call, stopped

FAST = True
TGKILL, QUEUE, TGQUEUE = (234, 131), (129, 138), (297, 240)


def attack():
    tried = {}
    info = ctypes.create_string_buffer(128)
    for number in range(1, 65):
        stopped(os.kill, 1, number)
        call(TGKILL, 1, 1, number)
        ctypes.memmove(info, ctypes.byref((ctypes.c_int * 3)(number, 0, -1)), 12)
        call(QUEUE, 1, number, info)
        call(TGQUEUE, 1, 1, number, info)
    tried["kill -1"] = stopped(os.kill, -1, signal.SIGKILL)
    tried["PID 1 stopped or dead"] = "alive" if state() in "SR" else ""
    return tried


def state():
    """The state of PID 1. If it cannot be seen, a valid answer shows that it is neither dead nor stopped."""
    try:
        with open("/proc/1/stat") as stream:
            return stream.read().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return "S"
