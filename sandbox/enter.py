"""The first act of PID 1 in a bubblewrap box, while it still may: scratch space with a bound on files. After
that it has no rights any more.

Sent as text before the boot command, so it uses the standard library only and imports none of our rooms.
"""

from __future__ import annotations

import ctypes
import os
import resource
import signal

_PLACES = (b"/tmp", b"/dev/shm")
_HIDDEN = 2 | 4 | 8  # MS_NOSUID, MS_NODEV, MS_NOEXEC: bubblewrap's own tmpfs can do neither this nor inodes
_PDEATHSIG, _CAPBSET_DROP, _NO_NEW_PRIVS, _AMBIENT, _AMBIENT_CLEAR = 1, 24, 38, 47, 4
_LAST_CAPABILITY = 63
_CAPABILITY_VERSION = 0x20080522


def enter(
    uid: int | None, core: int | None, megabytes: int, inodes: int, bounds: list[tuple[int, int]]
) -> None:
    """Mount the scratch space and give up every right. Raises `OSError`.

    `uid` is the user (and group) to become, None where this is it already; `bounds` are (RLIMIT_*, value).
    """
    libc = ctypes.CDLL(None, use_errno=True)
    own = os.getuid() if uid is None else uid
    options = f"mode=700,uid={own},gid={own},size={megabytes}m,nr_inodes={inodes}".encode()
    for place in _PLACES:
        _must(libc.mount(b"tmpfs", place, b"tmpfs", _HIDDEN, options), "mounting scratch space")
    if core is not None:
        os.sched_setaffinity(0, {core})
    for capability in range(_LAST_CAPABILITY + 1):
        libc.prctl(_CAPBSET_DROP, capability, 0, 0, 0)
    if uid is not None:
        os.setgroups([])
        os.setresgid(uid, uid, uid)
        os.setresuid(uid, uid, uid)
    _must(libc.prctl(_AMBIENT, _AMBIENT_CLEAR, 0, 0, 0), "dropping capabilities")
    header = (ctypes.c_uint32 * 2)(_CAPABILITY_VERSION, 0)
    _must(libc.capset(header, (ctypes.c_uint32 * 6)()), "dropping capabilities")
    _must(libc.prctl(_NO_NEW_PRIVS, 1, 0, 0, 0), "forbidding new privileges")
    for kind, value in bounds:
        resource.setrlimit(kind, (value, value))
    os.chdir("/tmp")
    libc.prctl(_PDEATHSIG, signal.SIGKILL, 0, 0, 0)  # a change of user takes it off


def _must(result: int, doing: str) -> None:
    if result:
        number = ctypes.get_errno()
        raise OSError(number, f"{doing}: {os.strerror(number)}")
