"""The first act of PID 1 in a bubblewrap box, while it still has the zygote's rights: it isolates the box.

The box gets namespaces, a root whose files nobody shares, scratch space with a bound on files, and nothing of
the host's in /proc, /sys and /dev. After that it has no rights.

Sent as text to the zygote, it uses the standard library only and imports none of our rooms.
"""

from __future__ import annotations

import ctypes
import fcntl
import os
import resource
import signal
import socket
import stat
import struct
from collections.abc import Iterable, Mapping

NEW_PROCESSES = 0x20000000  # CLONE_NEWPID
_NEW_USER = 0x10000000
_NEW = 0x00020000 | 0x02000000 | 0x04000000 | 0x08000000 | 0x40000000  # NEWNS, CGROUP, UTS, IPC, NET
_PLACE = "/etc"  # where the new root is put together: any folder that exists
_DEVICES = "/sys"  # and its devices, the same
_SCRATCH = ("/tmp", "/dev/shm")
_READ_ONLY, _NO_SETUID, _NO_DEVICES, _NO_PROGRAMS = 1, 2, 4, 8
_REMOUNT, _BIND, _MOVE, _ALL_BELOW, _PRIVATE = 32, 4096, 8192, 16384, 1 << 18
_HIDDEN = _NO_SETUID | _NO_DEVICES | _NO_PROGRAMS
_DETACH = 2
_PIVOT_ROOT = {"x86_64": 155, "aarch64": 41}
NODES = {"null": (1, 3), "zero": (1, 5), "full": (1, 7), "random": (1, 8), "urandom": (1, 9)}
_LINKS = {"fd": "", "stdin": "/0", "stdout": "/1", "stderr": "/2"}
_KEPT = ("self", "thread-self", "mounts", "net")  # in /proc: what belongs to the reader
_PDEATHSIG, _CAPBSET_DROP, _NO_NEW_PRIVS, _AMBIENT, _AMBIENT_CLEAR = 1, 24, 38, 47, 4
_LAST_CAPABILITY = 63
_CAPABILITY_VERSION = 0x20080522
_GET_FLAGS, _SET_FLAGS, _UP = 0x8913, 0x8914, 1  # of a network interface, see netdevice(7)


def enter(
    uid: int,
    as_root: bool,
    core: int | None,
    scratch: tuple[int, int],
    bounds: Iterable[tuple[int, int]],
    shown: Mapping[str, str],
    loopback: bool,
    watch: bool,
) -> tuple[bool, int]:
    """Isolate the box and give up every right. Raises `OSError`.

    `uid` is the user (and group) to become: `as_root` a user of this machine, otherwise our own under this
    number in a new user namespace. `scratch` is the size of each scratch space, in MiB and in files; `bounds`
    are (RLIMIT_*, value); `shown` are the texts of files by path. Returns whether the box's files are its own
    alone (if not, the filter must refuse locks and watches), and, to `watch` processes that hide from each
    other, a folder like /proc that shows all of the box; -1 if there is none.
    """
    libc = ctypes.CDLL(None, use_errno=True)
    os.umask(0o022)
    _must(libc.unshare(_NEW), "making namespaces")
    _must(libc.mount(None, b"/", None, _ALL_BELOW | _PRIVATE, None), "leaving the zygote's mounts")
    options = b"lowerdir=/:/dev/mqueue"  # an overlay of one folder would be refused; this one is empty
    apart = not libc.mount(
        b"overlay", _PLACE.encode(), b"overlay", _READ_ONLY | _NO_SETUID | _NO_DEVICES, options
    )
    root = _PLACE if apart else ""
    everyone = _everyone(libc, f"{root}/proc".encode()) if watch else -1
    _processes(libc, f"{root}/proc".encode())
    alone = _devices(libc, f"{root}/dev".encode(), as_root)
    _facts(libc, f"{root}/sys", shown)
    user, group = (uid, uid) if as_root else (os.getuid(), os.getgid())
    size = f"mode=700,uid={user},gid={group},size={scratch[0]}m,nr_inodes={scratch[1]}"
    for place in _SCRATCH:
        made = libc.mount(b"tmpfs", f"{root}{place}".encode(), b"tmpfs", _HIDDEN, size.encode())
        _must(made, "mounting scratch space")
    if apart:
        os.chdir(root)
        _must(libc.syscall(_PIVOT_ROOT[os.uname().machine], b".", b"."), "entering the new root")
        _must(libc.umount2(b".", _DETACH), "leaving the old root")
        os.chdir("/")
    if loopback:
        _raise_loopback()
    if core is not None:
        os.sched_setaffinity(0, {core})
    _become(libc, uid, as_root)
    _give_up(libc)
    for kind, value in bounds:
        resource.setrlimit(kind, (value, value))
    os.chdir("/tmp")
    return apart and alone, everyone


def _everyone(libc: ctypes.CDLL, place: bytes) -> int:
    """Open a /proc that no path leads to: one without `hidepid`."""
    if libc.mount(b"proc", place, b"proc", _HIDDEN, b"subset=pid"):
        return -1  # before Linux 5.8 all of a namespace would show what one of them shows
    everyone = os.open(place, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    _must(libc.umount2(place, _DETACH), "hiding a /proc")
    return everyone


def _processes(libc: ctypes.CDLL, place: bytes) -> None:
    """Mount a /proc with the reader's own processes alone.

    It shows no counter of the host and nothing of PID 1, which is not dumpable.
    """
    if not libc.mount(b"proc", place, b"proc", _HIDDEN, b"hidepid=2,subset=pid"):
        return
    _must(libc.mount(b"proc", place, b"proc", _HIDDEN, b"hidepid=2"), "mounting /proc")  # before Linux 5.8
    for name in os.listdir(place):
        path = place + b"/" + name
        if name.isdigit() or name.decode() in _KEPT or os.path.islink(path):
            continue
        if os.path.isdir(path):
            hidden = libc.mount(b"tmpfs", path, b"tmpfs", _HIDDEN | _READ_ONLY, None)
        else:
            hidden = libc.mount(b"/dev/null", path, None, _BIND, None)
        _must(hidden, f"hiding {name.decode()} of /proc")


def _devices(libc: ctypes.CDLL, place: bytes, as_root: bool) -> bool:
    """Give the box nodes that nobody shares, or the host's where we may make none; return whether none is."""
    alone = True
    options = b"mode=755,size=64k"
    _must(
        libc.mount(b"tmpfs", _DEVICES.encode(), b"tmpfs", _NO_SETUID | _NO_PROGRAMS, options), "making /dev"
    )
    for name, (major, minor) in NODES.items():
        path = f"{_DEVICES}/{name}"
        try:
            if not as_root:
                raise PermissionError
            os.mknod(path, stat.S_IFCHR, os.makedev(major, minor))
            os.chmod(path, 0o666)
        except PermissionError:
            alone = False
            os.close(os.open(path, os.O_CREAT | os.O_WRONLY | os.O_CLOEXEC))
            _must(libc.mount(f"/dev/{name}".encode(), path.encode(), None, _BIND, None), f"showing {name}")
    for name, inside in _LINKS.items():
        os.symlink(f"/proc/self/fd{inside}", f"{_DEVICES}/{name}")
    for name in ("shm", "mqueue"):
        os.mkdir(f"{_DEVICES}/{name}", 0o755)
    _must(libc.mount(_DEVICES.encode(), place, None, _MOVE, None), "moving /dev")
    flags = _REMOUNT | _BIND | _READ_ONLY | _NO_SETUID | _NO_PROGRAMS
    _must(libc.mount(None, place, None, flags, None), "locking /dev")
    return alone


def _facts(libc: ctypes.CDLL, place: str, shown: Mapping[str, str]) -> None:
    """Show the limits of the box's control groups, and none of their counters."""
    kind = b"tmpfs"
    _must(libc.mount(kind, place.encode(), kind, _HIDDEN, b"mode=755,size=256k"), "making /sys")
    os.makedirs(f"{place}/fs/cgroup")
    for path, text in shown.items():
        target = place + path.removeprefix("/sys")
        os.makedirs(os.path.dirname(target), exist_ok=True)
        with open(target, "w") as stream:
            stream.write(text)
    _must(libc.mount(None, place.encode(), None, _REMOUNT | _READ_ONLY | _HIDDEN, None), "locking /sys")


def _raise_loopback() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as any_socket:
        request = fcntl.ioctl(any_socket, _GET_FLAGS, struct.pack("16sH22x", b"lo", 0))
        flags = struct.unpack_from("H", request, 16)[0]
        fcntl.ioctl(any_socket, _SET_FLAGS, struct.pack("16sH22x", b"lo", flags | _UP))


def _become(libc: ctypes.CDLL, uid: int, as_root: bool) -> None:
    """Become a user that nobody else is. In a user namespace, its number alone is new."""
    if as_root:
        os.setgroups([])
        _drop_bounds(libc)
        os.setresgid(uid, uid, uid)
        os.setresuid(uid, uid, uid)
        return
    user, group = os.getuid(), os.getgid()
    _must(libc.unshare(_NEW_USER), "making a user namespace")
    for name, text in (
        ("setgroups", "deny"),
        ("uid_map", f"{uid} {user} 1"),
        ("gid_map", f"{uid} {group} 1"),
    ):
        with open(f"/proc/self/{name}", "w") as stream:
            stream.write(text)
    _drop_bounds(libc)


def _drop_bounds(libc: ctypes.CDLL) -> None:
    for capability in range(_LAST_CAPABILITY + 1):
        libc.prctl(_CAPBSET_DROP, capability, 0, 0, 0)


def _give_up(libc: ctypes.CDLL) -> None:
    _must(libc.prctl(_AMBIENT, _AMBIENT_CLEAR, 0, 0, 0), "dropping capabilities")
    header = (ctypes.c_uint32 * 2)(_CAPABILITY_VERSION, 0)
    _must(libc.capset(header, (ctypes.c_uint32 * 6)()), "dropping capabilities")
    _must(libc.prctl(_NO_NEW_PRIVS, 1, 0, 0, 0), "forbidding new privileges")
    libc.prctl(_PDEATHSIG, signal.SIGKILL, 0, 0, 0)  # a change of user resets it


def _must(result: int, doing: str) -> None:
    if result:
        number = ctypes.get_errno()
        raise OSError(number, f"{doing}: {os.strerror(number)}")
