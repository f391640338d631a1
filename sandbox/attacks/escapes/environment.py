"""Environment, arguments and mounts that reveal the host, its keys and its users"""

import ctypes
import os

from tools import libc

KNOWN = {"PATH", "HOME", "LANG", "LC_CTYPE"}
WORDS = (b"KEY", b"TOKEN", b"SECRET", b"PASSWORD", b"DOCKER_HOST", b"sk-")


def attack():
    more = os.environ.keys() - KNOWN
    libc.prctl(4, 1, ctypes.c_ulong(0), ctypes.c_ulong(0), ctypes.c_ulong(0))  # PR_SET_DUMPABLE
    with open("/proc/self/environ", "rb") as stream:
        start = stream.read()
    try:
        with open("/proc/1/cmdline", "rb") as stream:
            arguments = stream.read()
    except FileNotFoundError:
        arguments = b""
    with open("/proc/self/mounts") as stream:
        mounts = [line.split() for line in stream]
    real = [place for _, place, kind, *_ in mounts if kind in ("ext4", "xfs", "btrfs") and place == "/"]
    writable = [
        place for _, place, kind, how, *_ in mounts
        if how.split(",")[0] == "rw" and os.access(place, os.W_OK)
        and place not in ("/tmp", "/dev/shm", "/dev/mqueue") and os.path.isdir(place)
    ]  # fmt: skip
    return {
        "variables": "" if more else "none but four",
        "variables at the start": "" if any(word in start for word in WORDS) else "no key",
        "arguments of PID 1": "" if any(word in arguments for word in WORDS) else "no key",
        "root": "read-only" if not real or not os.access("/", os.W_OK) else "",
        "writable mounts": "" if writable else "scratch only",
    }
