"""Processes, memory, pipes, watches and locks used up, at the cost of a neighbour"""

import mmap
import os
import time

from tools import libc

kept = []


def attack():
    for _ in range(1000):
        try:
            if os.fork() == 0:
                time.sleep(60)
                os._exit(0)
        except OSError:
            break
    try:
        while True:
            kept.append(os.pipe())
    except OSError:
        pass
    for descriptor, _ in kept[60:]:
        os.close(descriptor)
    for _ in range(200):
        if libc.inotify_init() < 0:
            break
    area = mmap.mmap(-1, 8 << 20)
    libc.mlockall(3)
    kept.append(area)
    return {"all of its own": "used up"}


def neighbour():
    """Success here is the proof: the neighbour's share must still be there."""
    children = []
    for _ in range(10):
        pid = os.fork()
        if pid == 0:
            os._exit(0)
        children.append(pid)
    for pid in children:
        os.waitpid(pid, 0)
    for _ in range(20):
        os.pipe()
    bytearray(b"x" * (16 << 20))
    return {"what is its own": "still there" if libc.inotify_init() >= 0 else ""}
