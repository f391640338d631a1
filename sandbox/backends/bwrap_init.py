"""The first act of PID 1 in a bubblewrap box, while it still has rights: it isolates the box.

The box gets a root whose files nobody shares, scratch space with a bound on files, and nothing of the host's
in /proc, /sys and /dev. After that it has no rights.

Sent as text before the boot command, it uses the standard library only and imports none of our rooms.
"""

from __future__ import annotations

import ctypes
import os
import resource
import signal
import stat

_GROUPS = "/sys/fs/cgroup"
_LIMITS = (
    "memory.max", "memory.swap.max", "memory.limit_in_bytes", "memory.memsw.limit_in_bytes", "pids.max",
    "cpu.max", "cpu.cfs_quota_us", "cpu.cfs_period_us", "cpuset.cpus",
)  # fmt: skip
_NEW = b"/etc"  # where the new root is put together: any folder that exists
_PLACES = (b"/tmp", b"/dev/shm")
_READ_ONLY, _NO_SETUID, _NO_DEVICES, _NO_PROGRAMS = 1, 2, 4, 8
_REMOUNT, _BIND, _MOVE = 32, 4096, 8192
_HIDDEN = _NO_SETUID | _NO_DEVICES | _NO_PROGRAMS  # bubblewrap's own tmpfs cannot do this, nor limit inodes
_DETACH = 2
_PIVOT_ROOT = {"x86_64": 155, "aarch64": 41}
_NODES = {"null": (1, 3), "zero": (1, 5), "full": (1, 7), "random": (1, 8), "urandom": (1, 9)}
_LINKS = {"fd": "", "stdin": "/0", "stdout": "/1", "stderr": "/2"}
_KEPT = ("self", "thread-self", "mounts", "net")  # in /proc: what belongs to the reader
_PDEATHSIG, _CAPBSET_DROP, _NO_NEW_PRIVS, _AMBIENT, _AMBIENT_CLEAR = 1, 24, 38, 47, 4
_LAST_CAPABILITY = 63
_CAPABILITY_VERSION = 0x20080522


def enter(
    uid: int | None,
    core: int | None,
    megabytes: int,
    inodes: int,
    bounds: list[tuple[int, int]],
    meters: list[str],
    groups: list[str],
) -> dict[str, object]:
    """Isolate the box and give up every right. Raises `OSError`.

    `uid` is the user (and group) to become, None if this is it already; `bounds` are (RLIMIT_*, value);
    `meters` are files to keep open of the control groups that are mounted at `groups`. The result is for the
    runner's `main`.
    """
    libc = ctypes.CDLL(None, use_errno=True)
    own = os.getuid() if uid is None else uid
    held = {path: os.open(path, os.O_RDONLY | os.O_CLOEXEC) for path in meters if os.path.exists(path)}
    _own_groups(libc, groups)
    apart = _own_root(libc)
    _own_processes(libc)
    if uid is not None:
        _own_devices(libc)
    options = f"mode=700,uid={own},gid={own},size={megabytes}m,nr_inodes={inodes}".encode()
    for place in _PLACES:
        _must(libc.mount(b"tmpfs", place, b"tmpfs", _HIDDEN, options), "mounting scratch space")
    _give_up(libc, uid, core, bounds)
    return {"meters": held, "apart": apart}


def _own_groups(libc: ctypes.CDLL, groups: list[str]) -> None:
    """Show the limits of the control groups, and none of their counters."""
    shown: dict[str, bytes] = {}
    for path in (f"{group}/{name}" for group in groups for name in _LIMITS):
        if os.path.exists(path):
            with open(path, "rb") as stream:
                shown[path] = stream.read()
    for group in groups:
        _must(libc.umount2(group.encode(), _DETACH), "hiding the control groups")
    place, flags = _GROUPS.encode(), _HIDDEN
    _must(libc.mount(b"tmpfs", place, b"tmpfs", flags, b"mode=755,size=64k"), "showing the limits")
    for path, content in shown.items():
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "wb") as stream:
            stream.write(content)
    _must(libc.mount(None, place, None, _REMOUNT | _READ_ONLY | flags, None), "locking the limits")


def _own_root(libc: ctypes.CDLL) -> bool:
    """Put the same files behind an overlay, so that locks and watches on them end in this box.

    Returns whether the kernel has overlays for us; if not, the filter refuses locks and watches.
    """
    if libc.mount(
        b"overlay", _NEW, b"overlay", _READ_ONLY | _NO_SETUID | _NO_DEVICES, b"lowerdir=/:/dev/mqueue"
    ):
        return False
    for place in (b"/proc", b"/dev", b"/sys"):
        _must(libc.mount(place, _NEW + place, None, _MOVE, None), "moving to the new root")
    os.chdir(_NEW)
    pivoted = libc.syscall(_PIVOT_ROOT[os.uname().machine], b".", b".")
    _must(pivoted, "entering the new root")
    _must(libc.umount2(b".", _DETACH), "leaving the old root")
    os.chdir("/")
    return True


def _own_processes(libc: ctypes.CDLL) -> None:
    """Mount a /proc with the reader's own processes alone.

    It shows no counter of the host and nothing of PID 1, which is not dumpable.
    """
    if not libc.mount(b"proc", b"/proc", b"proc", _HIDDEN, b"hidepid=2,subset=pid"):
        return
    _must(libc.mount(b"proc", b"/proc", b"proc", _HIDDEN, b"hidepid=2"), "mounting /proc")  # before Linux 5.8
    for name in os.listdir("/proc"):
        place = f"/proc/{name}".encode()
        if name.isdigit() or name in _KEPT or os.path.islink(place):
            continue
        kind = (
            (b"tmpfs", b"tmpfs", _HIDDEN | _READ_ONLY)
            if os.path.isdir(place)
            else (b"/dev/null", None, _BIND)
        )
        source, system, flags = kind
        _must(libc.mount(source, place, system, flags, None), f"hiding /proc/{name}")


def _own_devices(libc: ctypes.CDLL) -> None:
    """Make device nodes that nobody shares, if we may; otherwise the host's stay."""
    if libc.mount(b"tmpfs", b"/sys", b"tmpfs", _NO_SETUID | _NO_PROGRAMS, b"mode=755,size=64k"):
        return
    umask = os.umask(0)
    try:
        for name, (major, minor) in _NODES.items():
            os.mknod(f"/sys/{name}", stat.S_IFCHR | 0o666, os.makedev(major, minor))
        for name, inside in _LINKS.items():
            os.symlink(f"/proc/self/fd{inside}", f"/sys/{name}")
        for name in ("shm", "mqueue"):
            os.mkdir(f"/sys/{name}", 0o755)
        _must(libc.mount(b"/sys", b"/dev", None, _MOVE, None), "moving the device nodes")
    except PermissionError:
        libc.umount2(b"/sys", _DETACH)
        return
    finally:
        os.umask(umask)
    flags = _REMOUNT | _BIND | _READ_ONLY | _NO_SETUID | _NO_PROGRAMS
    _must(libc.mount(None, b"/dev", None, flags, None), "locking the device nodes")


def _give_up(libc: ctypes.CDLL, uid: int | None, core: int | None, bounds: list[tuple[int, int]]) -> None:
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
    libc.prctl(_PDEATHSIG, signal.SIGKILL, 0, 0, 0)  # a change of user resets it


def _must(result: int, doing: str) -> None:
    if result:
        number = ctypes.get_errno()
        raise OSError(number, f"{doing}: {os.strerror(number)}")
