"""Its own code and the library's changed through /proc/self/mem, for the next child to run"""

import ctypes
import os

from tools import libc


def attack():
    libc.prctl(4, 1, ctypes.c_ulong(0), ctypes.c_ulong(0), ctypes.c_ulong(0))
    address = ctypes.cast(libc.getppid, ctypes.c_void_p).value
    with open("/proc/self/mem", "r+b", buffering=0) as stream:
        stream.seek(address)
        stream.write(b"\xc3\xc3\xc3\xc3")
    return {"the library as others see it": "a copy of its own"}


def later():
    libc.getppid.restype = ctypes.c_int
    address = ctypes.cast(libc.getppid, ctypes.c_void_p).value
    changed = ctypes.string_at(address, 4) == b"\xc3\xc3\xc3\xc3"
    return {"changed code": "" if changed or libc.getppid() != os.getppid() else "not there"}
