"""New namespaces and mounts: unshare, setns, clone flags, clone3, mount, pivot_root, the new mount calls"""

import ctypes
import os

from tools import call, libc, stopped

FAST = True
FLAGS = {
    "mount": 0x20000, "cgroup": 0x2000000, "uts": 0x4000000, "ipc": 0x8000000, "user": 0x10000000,
    "pid": 0x20000000, "net": 0x40000000, "time": 0x80,
}  # fmt: skip


def attack():
    tried = {}
    for name, flag in FLAGS.items():
        tried[f"unshare {name}"] = call((272, 97), flag)
        if name != "time":
            tried[f"clone {name}"] = call((56, 220), flag | 17, 0, 0, 0, 0)
    arguments = (ctypes.c_uint64 * 8)(0x10000000, 0, 0, 0, 17)
    tried["clone3 user"] = call((435, 435), arguments, 64)
    libc.prctl(4, 1, ctypes.c_ulong(0), ctypes.c_ulong(0), ctypes.c_ulong(0))  # PR_SET_DUMPABLE
    for name in os.listdir("/proc/self/ns"):
        descriptor = os.open(f"/proc/self/ns/{name}", os.O_RDONLY)
        tried[f"setns {name}"] = call((308, 268), descriptor, 0)
        os.close(descriptor)
    tried["mount"] = call((165, 40), b"none", b"/tmp", b"tmpfs", 0, 0)
    tried["remount"] = call((165, 40), b"none", b"/", 0, 0x20 | 0x1000, 0)
    tried["umount"] = call((166, 39), b"/tmp", 2)
    tried["pivot_root"] = call((155, 41), b"/tmp", b"/tmp")
    tried["open_tree"] = call((428, 428), -100, b"/", 1)
    tried["fsopen"] = call((430, 430), b"tmpfs", 0)
    tried["fspick"] = call((433, 433), -100, b"/", 0)
    tried["move_mount"] = call((429, 429), -100, b"/tmp", -100, b"/dev/shm", 0)
    tried["mount_setattr"] = call((442, 442), -100, b"/", 0, 0, 0)
    tried["device"] = stopped(os.mknod, "/tmp/device", 0o60600, os.makedev(8, 0))
    tried["memory device"] = stopped(os.mknod, "/tmp/memory", 0o20600, os.makedev(1, 1))
    return tried
