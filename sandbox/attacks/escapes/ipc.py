"""SysV and POSIX IPC left for the next evaluation and for a neighbour"""

import ctypes
import os

from tools import call, stopped

FAST = True


def attack():
    attributes = (ctypes.c_long * 8)(0, 4, 64)
    tried = {
        "shared memory": call((29, 194), 4242, 4096, 0o1666),
        "semaphores": call((64, 190), 4242, 1, 0o1666),
        "messages": call((68, 186), 4242, 0o1666),
        "queue": call((240, 180), b"mark", os.O_CREAT | os.O_RDWR, 0o666, attributes),
        "kernel key": call((248, 217), b"user", b"mark", b"x", 1, -4),
    }
    stopped(lambda: open("/dev/shm/mark", "w").close())
    stopped(lambda: open("/dev/mqueue/mark", "w").close())
    stopped(os.mkfifo, "/tmp/mark")
    return tried


def look():
    places = ("/dev/shm/mark", "/dev/mqueue/mark", "/tmp/mark")
    tried = {place: "" if os.path.lexists(place) else "gone" for place in places}
    tried["shared memory"] = call((29, 194), 4242, 4096, 0o666)
    for name in ("shm", "sem", "msg"):
        try:
            with open(f"/proc/sysvipc/{name}") as stream:
                tried[name] = "" if len(stream.readlines()) > 1 else "empty"
        except OSError:
            tried[name] = "not there"
    return tried


def later():
    return look()


def neighbour():
    return look()
