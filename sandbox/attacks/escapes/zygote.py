"""The process that forked the box: its session, group, files, memory, control group, and boxes beside"""

import ctypes
import os
import re
import signal

from tools import call, libc, stopped

FAST = True


def attack():
    own = os.getpid()
    tried = {
        "PID 1 in its session": "no" if os.getsid(1) == 1 else "",
        "PID 1 in its group": "no" if os.getpgid(1) == 1 else "",
        "a signal to the group of PID 1": stopped(os.killpg, 1, signal.SIGKILL),
        "its control group": "hidden" if not any("/.." in line for line in lines("cgroup")) else "",
    }
    others = [pid for pid in range(2, 2000) if pid != own and not call((434, 434), pid, 0)]
    tried["a handle to it"] = "none" if not others else ""
    tried["its mounts"] = "none" if mounts() else ""
    tried["its sockets"] = "none" if not sockets() else ""
    tried["what it sent to other boxes"] = "not found" if not find_in_memory() else ""
    return tried


def lines(name):
    with open(f"/proc/self/{name}") as stream:
        return stream.readlines()


def mounts():
    """Whether no root lies below or beside the box's."""
    places = [line.split()[4] for line in lines("mountinfo")]
    return places.count("/") == 1 and not {"/etc", "/oldroot", "/newroot"} & set(places)


def sockets():
    return [name for name in os.listdir("/proc/self/fd") if re.match("socket|anon_inode", link(name))]


def link(name):
    try:
        return os.readlink(f"/proc/self/fd/{name}")
    except OSError:
        return ""


def find_in_memory():
    """Users of other boxes, as the host sends them."""
    libc.prctl(4, 1, ctypes.c_ulong(0), ctypes.c_ulong(0), ctypes.c_ulong(0))
    control = "".join(('"uid": ', "987654"))  # which the search must find
    users = set()
    with open("/proc/self/maps") as maps, open("/proc/self/mem", "rb", buffering=0) as memory:
        for line in maps:
            low, high = (int(word, 16) for word in line.split()[0].split("-"))
            if line.split()[1][0] != "r":
                continue
            try:
                memory.seek(low)
                users |= set(re.findall(rb'"uid": (\d{5,})', memory.read(high - low)))
            except (OSError, ValueError, OverflowError):
                continue
    if control[-6:].encode() not in users:
        raise RuntimeError("the search does not find what is there")
    return users - {str(os.getuid()).encode(), control[-6:].encode()}
