"""Another user, group or root folder; capabilities; programs that run as root"""

import ctypes
import os

from tools import call, libc, stopped


def attack():
    tried = {
        "user": stopped(os.setuid, 0),
        "users": stopped(os.setresuid, 0, 0, 0),
        "group": stopped(os.setgid, 0),
        "groups": stopped(os.setgroups, [0]),
        "root folder": stopped(os.chroot, "/tmp"),
        "ambient capability": prctl(47, 2, 21),
        "new privileges": prctl(38, 0),
        "securebits": prctl(28, 1),
        "keep capabilities": "none to keep" if not capabilities() else "",
        "no filter": prctl(22, 0),
    }
    header = (ctypes.c_uint32 * 2)(0x20080522, 0)
    data = (ctypes.c_uint32 * 6)(*[0xFFFFFFFF] * 6)
    tried["capset"] = call((126, 91), header, data)
    with open("/proc/self/status") as stream:
        text = stream.read()
    tried["a root of its own"] = "uid of its own" if os.getuid() >= 10_000 else ""
    tried["filter"] = "in force" if "Seccomp:\t2" in text and "NoNewPrivs:\t1" in text else ""
    for name in ("uid_map", "gid_map", "setgroups"):
        tried[name] = stopped(write, f"/proc/self/{name}")
    return tried


def prctl(*words):
    padded = [ctypes.c_ulong(word) for word in (*words, 0, 0, 0, 0)[:5]]
    return "" if libc.prctl(*padded) == 0 else "refused"


def capabilities():
    with open("/proc/self/status") as stream:
        return [line for line in stream if line.startswith("Cap") and int(line.split()[1], 16)]


def write(path):
    with open(path, "w") as stream:
        stream.write("0 0 1")
