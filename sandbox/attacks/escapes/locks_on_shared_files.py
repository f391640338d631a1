"""Locks and leases on libraries, folders and devices, which other boxes and the host might feel"""

import errno
import fcntl
import os

from tools import stopped

FAST = True
FILES = (
    "/usr/local/lib",
    os.__file__,
    os.path.dirname(os.__file__),
    "/dev/null",
    "/dev/zero",
    "/",
    "/etc/passwd",
)
LEASES = (fcntl.F_RDLCK, fcntl.F_WRLCK)
kept = []


def attack():
    tried = {}
    for path in FILES:
        descriptor = os.open(path, os.O_RDONLY)
        kept.append(descriptor)
        stopped(fcntl.flock, descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        stopped(fcntl.lockf, descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
        if os.path.isfile(path):
            for kind in LEASES:
                tried[f"lease {kind} on {path}"] = stopped(fcntl.fcntl, descriptor, fcntl.F_SETLEASE, kind)
    return tried


def neighbour():
    """Feeling a lock here means that the attack succeeded."""
    tried = {}
    for path in FILES:
        error = stopped(fcntl.flock, os.open(path, os.O_RDONLY), fcntl.LOCK_EX | fcntl.LOCK_NB)
        tried[path] = "" if error == errno.errorcode[errno.EAGAIN] else error or "not felt"
    return tried
