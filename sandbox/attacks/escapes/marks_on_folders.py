"""Marks on the scratch folders themselves: times, modes, attributes, lists of rights"""

import os
import stat
import struct

from tools import stopped


def rights(owner):
    entries = ((1, owner, -1), (2, 7, 12345), (4, 0, -1), (16, 7, -1), (32, 0, -1))
    return struct.pack("<I", 2) + b"".join(struct.pack("<HHI", t, p, n & 0xFFFFFFFF) for t, p, n in entries)


def attack():
    for place in ("/dev/shm", "/tmp", "/dev/mqueue"):
        stopped(os.utime, place, ns=(3 << 60, 5 << 59))
        stopped(os.setxattr, place, "user.known", b"answers" * 10)
        stopped(os.setxattr, place, "trusted.known", b"answers")
        stopped(os.setxattr, place, "system.posix_acl_default", rights(0))
        stopped(os.setxattr, place, "system.posix_acl_access", rights(7))
        stopped(os.chmod, place, 0o7751)
        stopped(os.chmod, place, 0)
    return {"marks": "left to what comes after"}


def later():
    tried = {}
    for place in ("/dev/shm", "/tmp"):
        shown = os.stat(place)
        tried[f"mode of {place}"] = "" if stat.S_IMODE(shown.st_mode) != 0o700 else "as ever"
        tried[f"attributes of {place}"] = "" if os.listxattr(place) else "none"
    tried["time"] = "" if os.stat("/dev/shm").st_mtime_ns else "as ever"
    return tried
