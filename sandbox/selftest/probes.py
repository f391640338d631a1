"""The self-test's programs: real attempts to get out of a box, each returning plain facts.

They are sent in as a candidate's program, so they use the standard library only and import none of our rooms.
"""

from __future__ import annotations

import ctypes
import errno
import os
import signal
import socket
import time
from collections.abc import Callable
from functools import partial


def network() -> dict[str, object]:
    with open("/proc/self/net/dev") as stream:
        interfaces = [line.split(":")[0].strip() for line in stream if ":" in line]
    return {"interfaces": interfaces, "socket": _error(lambda: socket.socket().close())}


def forks(most: int) -> int:
    """How many processes can run at once, up to `most`."""
    count = 0
    for _ in range(most):
        try:
            pid = os.fork()
        except OSError:
            break
        if pid == 0:
            signal.pause()
            os._exit(0)
        count += 1
    return count


def memory(megabytes: int, processes: int) -> int:
    """How many MiB that many processes could fill at the same time, each at most `megabytes`."""
    read, write = os.pipe()
    going = {_hoarder(megabytes, write) for _ in range(processes)}
    os.set_blocking(read, False)
    filled = 0
    while going:
        time.sleep(0.01)
        try:
            reports = os.read(read, 4096).split()
        except BlockingIOError:
            reports = []
        for line in reports:
            pid, count = map(int, line.split(b":"))
            if pid in going:
                filled += count
                going.discard(pid)
        for pid in list(going):
            if os.waitpid(pid, os.WNOHANG)[0]:
                going.discard(pid)
    return filled


def _hoarder(megabytes: int, write: int) -> int:
    """Fork a process that fills memory, reports how much, and keeps it."""
    pid = os.fork()
    if pid:
        return pid
    hoard: list[bytes] = []
    try:
        while len(hoard) < megabytes:
            hoard.append(os.urandom(1 << 10) * (1 << 10))
    except MemoryError:
        del hoard[-1:]
    os.write(write, b"%d:%d " % (os.getpid(), len(hoard)))
    signal.pause()
    os._exit(0)


def spin(processes: int, seconds: float) -> float:
    """Seconds of CPU time that this many processes could use in `seconds`."""
    end = time.monotonic() + seconds
    for _ in range(processes):
        if os.fork() == 0:
            while time.monotonic() < end:
                pass
            os._exit(0)
    for _ in range(processes):
        os.wait()
    used = os.times()
    return used.children_user + used.children_system


def files(folder: str, most: int) -> int:
    """How many files fit into a folder, up to `most`."""
    made = []
    for number in range(most):
        path = f"{folder}/file-{number}"
        if _error(partial(_touch, path)):
            break
        made.append(path)
    for path in made:
        os.unlink(path)
    return len(made)


def writes(paths: list[str], fill: str, most_mb: int) -> dict[str, object]:
    """Which of `paths` can be written, and how many MiB fit into the file `fill`."""
    written = [path for path in paths if not _error(partial(_touch, path))]
    fitted = 0
    with open(fill, "wb", buffering=0) as stream:
        for _ in range(most_mb):
            try:
                if stream.write(b"x" * (1 << 20)) != 1 << 20:
                    break
            except OSError:
                break
            fitted += 1
    os.unlink(fill)
    return {"written": written, "fitted": fitted}


def system_calls() -> dict[str, str]:
    """System calls that Docker's own filter may let through: the error's name, or '' if one succeeded."""
    machine = os.uname().machine
    shmget = {"x86_64": 29, "aarch64": 194}[machine]
    ptrace = {"x86_64": 101, "aarch64": 117}[machine]
    return {
        "socket(AF_VSOCK)": _error(lambda: socket.socket(40, socket.SOCK_STREAM).close()),
        "socketpair(AF_NETLINK)": _error(lambda: socket.socketpair(socket.AF_NETLINK)),
        "io_uring_setup": _call(425, 8, ctypes.create_string_buffer(256)),
        "shmget": _call(shmget, 0, 4096, 0o1600),
        "ptrace": _call(ptrace, 16, 1, 0, 0),
        "sched_setaffinity of PID 1": _error(lambda: os.sched_setaffinity(1, os.sched_getaffinity(0))),
    }


def user() -> dict[str, object]:
    with open("/proc/self/status") as stream:
        lines = dict(line.rstrip("\n").split(":\t", 1) for line in stream if ":\t" in line)
    names = ("CapPrm", "CapEff", "CapBnd", "CapAmb")
    return {
        "ids": sorted({*os.getresuid(), *os.getresgid(), *os.getgroups()}),
        "capabilities": [name for name in names if int(lines[name], 16)],
        "no_new_privileges": lines["NoNewPrivs"].strip() == "1",
        "filter": lines["Seccomp"].strip() == "2",
    }


def runner() -> dict[str, str]:
    """Look into PID 1, and kill it."""
    os.kill(1, signal.SIGKILL)
    os.kill(1, signal.SIGINT)
    return {
        "memory": _error(lambda: open("/proc/1/mem", "rb").close()),
        "files": _error(lambda: os.listdir("/proc/1/fd")),
        "environment": _error(lambda: open("/proc/1/environ", "rb").close()),
    }


def leave_behind() -> bool:
    """Leave a daemon that ignores signals, and files that are hard to remove."""
    for place in ("/tmp", "/dev/shm", "/dev/mqueue"):
        if os.access(place, os.W_OK):
            os.mkdir(f"{place}/left") if place != "/dev/mqueue" else None
            with open(f"{place}/trace", "w"):
                pass
    os.mkdir("/tmp/left/inner")
    os.chmod("/tmp/left/inner", 0)
    os.chmod("/tmp/left", 0)
    if os.fork() == 0:
        os.setsid()
        if os.fork() == 0:
            for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
                signal.signal(number, signal.SIG_IGN)
            while True:
                time.sleep(1)
        os._exit(0)
    return True


def look_around() -> dict[str, object]:
    """Processes other than PID 1 and this one, files, and the names of environment variables."""
    processes = [name for name in os.listdir("/proc") if name.isdigit() and int(name) not in (1, os.getpid())]
    files = [
        f"{place}/{name}"
        for place in ("/tmp", "/dev/shm", "/dev/mqueue")
        if os.access(place, os.R_OK)
        for name in os.listdir(place)
        if f"{place}/{name}" != os.getcwd()
    ]
    return {"processes": processes, "files": files, "environment": sorted(os.environ)}


def limits() -> dict[str, str]:
    """The limits as the kernel shows them, cgroup version 2 or 1; '' if none is visible."""
    files = {
        "memory": ("memory.max", "memory/memory.limit_in_bytes"),
        "pids": ("pids.max", "pids/pids.max"),
        "cpu": ("cpu.max", "cpu/cpu.cfs_quota_us"),
        "cpu_period": ("cpu.max", "cpu/cpu.cfs_period_us"),
    }
    return {name: _first(paths) for name, paths in files.items()}


def forge() -> str:
    """Write a forged answer to everything that is open, then answer."""
    for descriptor in range(3, 256):
        try:
            os.write(descriptor, b"0000000000000000=42\n")
        except OSError:
            continue
    return "answered"


def _touch(path: str) -> None:
    with open(path, "w"):
        pass


def _first(paths: tuple[str, ...]) -> str:
    for path in paths:
        try:
            with open(f"/sys/fs/cgroup/{path}") as stream:
                return stream.read().strip()
        except OSError:
            continue
    return ""


def _error(attempt: Callable[[], object]) -> str:
    """The name of the error that an attempt raises, or '' if it succeeds."""
    try:
        attempt()
    except OSError as error:
        return errno.errorcode.get(error.errno or 0, "error")
    return ""


def _call(number: int, *arguments: object) -> str:
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.syscall(number, *arguments) >= 0:
        return ""
    return errno.errorcode.get(ctypes.get_errno(), "error")
