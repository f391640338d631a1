"""Children of another parent: clone with CLONE_PARENT, and a subreaper"""

import ctypes
import os
import signal

from tools import COLUMN, libc

CLONE = (56, 220)[COLUMN]
FLAGS = {"parent": 0x8000, "untraced": 0x800000, "io": 0x80000000}


def attack():
    libc.prctl(36, ctypes.c_ulong(1), 0, 0, 0)
    tried = {}
    for name, flag in FLAGS.items():
        pid = libc.syscall(CLONE, ctypes.c_ulong(flag | signal.SIGCHLD), 0, 0, 0, 0)
        if pid == 0:
            os.setsid()
            while True:
                signal.pause()
        tried[name] = f"child {'made' if pid > 0 else 'refused'}"
    return tried


def later():
    others = [n for n in os.listdir("/proc") if n.isdigit() and int(n) not in (1, os.getpid())]
    return {"children": "" if others else "gone"}
