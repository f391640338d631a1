"""The program that runs the box overwritten through /proc (CVE-2019-5736)"""

import os

from tools import stopped

O_PATH = 0o10000000


def attack():
    tried = {}
    for process in ("self", "1", "thread-self"):
        exe = f"/proc/{process}/exe"
        tried[f"{exe} to write"] = stopped(os.open, exe, os.O_WRONLY)
        tried[f"{exe} to append"] = stopped(os.open, exe, os.O_WRONLY | os.O_APPEND)
        tried[f"{exe} cut"] = stopped(os.truncate, exe, 0)
        tried[f"{exe} by its handle"] = stopped(reopen, exe)
        tried[f"{exe} replaced"] = stopped(os.rename, "/tmp", exe)
    tried["the loader"] = stopped(os.open, "/lib64/ld-linux-x86-64.so.2", os.O_WRONLY)
    tried["the C library"] = stopped(os.open, loaded("libc"), os.O_WRONLY)
    return tried


def reopen(exe):
    """Open by handle: it survives the program's end, when the file could be written."""
    handle = os.open(exe, O_PATH)
    try:
        os.close(os.open(f"/proc/self/fd/{handle}", os.O_WRONLY))
    finally:
        os.close(handle)


def loaded(name):
    with open("/proc/self/maps") as stream:
        paths = [line.split()[-1] for line in stream if "/" in line]
    return next((path for path in paths if name in path), "/no such library")
