"""A watch on the image's files, to notice what another box reads"""

import ctypes
import os
import select
import threading

from tools import libc

FAST = True
READ_BY_NOBODY = os.path.join(os.path.dirname(os.__file__), "this.py")
IN_ALL_EVENTS = 0xFFF
SECONDS = 0.3


def attack():
    """Read the file for as long as this box lives."""
    threading.Thread(target=read, daemon=True).start()
    return {"reading": "goes on"}


def read():
    while True:
        with open(READ_BY_NOBODY, "rb") as stream:
            stream.read()


def neighbour():
    watch = libc.inotify_init()
    if libc.inotify_add_watch(watch, os.fsencode(READ_BY_NOBODY), ctypes.c_uint32(IN_ALL_EVENTS)) < 0:
        return {"a watch": "EPERM"}
    heard = select.select([watch], [], [], SECONDS)[0]
    return {"what another reads": "" if heard else "not heard"}
