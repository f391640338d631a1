"""Everything that a child can read of its box, by name; runs in the box, with the standard library alone."""

import contextlib
import fcntl
import os
import resource
import select
import socket
import time

SKIP = {"mem", "pagemap", "clear_refs", "map_files", "task", "cwd", "root", "exe", "smaps", "smaps_rollup"}
LIBRARY = os.__file__
PLACES = (
    "/",
    "/tmp",
    "/dev",
    "/dev/shm",
    "/dev/null",
    "/proc",
    "/proc/self",
    "/sys",
    "/etc",
    "/usr",
    LIBRARY,
)


def look() -> dict[str, str]:
    found: dict[str, str] = {}

    def note(name, read):
        try:
            found[name] = str(read())
        except OSError as error:
            found[name] = type(error).__name__

    for name, path in files():
        note(name, lambda path=path: contents(path))
    for place in PLACES:
        stat = os.stat(place)
        for field in ("st_ino", "st_dev", "st_nlink", "st_size", "st_atime_ns", "st_mtime_ns", "st_ctime_ns"):
            note(f"stat {place} {field}", lambda stat=stat, field=field: getattr(stat, field))
        note(f"statvfs {place}", lambda place=place: os.statvfs(place))
        note(f"attributes of {place}", lambda place=place: os.listxattr(place))
        note(f"entries of {place}", lambda place=place: entries(place))
    for who in ("RUSAGE_SELF", "RUSAGE_CHILDREN"):
        note(f"usage {who}", lambda who=who: resource.getrusage(getattr(resource, who))[2:])
    for limit in (name for name in dir(resource) if name.startswith("RLIMIT_")):
        note(limit, lambda limit=limit: resource.getrlimit(getattr(resource, limit)))
    for number in (1, os.getpid()):
        who = "PID 1" if number == 1 else "own"
        note(f"clock of {who}", lambda number=number: time.clock_gettime_ns((~number << 3) | 2))
        note(f"priority of {who}", lambda number=number: os.getpriority(os.PRIO_PROCESS, number))
        note(f"scheduler of {who}", lambda number=number: os.sched_getscheduler(number))
        note(f"cores of {who}", lambda number=number: os.sched_getaffinity(number))
    note("load", os.getloadavg)
    note("machine", os.uname)
    note("memory", lambda: (os.sysconf("SC_PHYS_PAGES"), os.sysconf("SC_AVPHYS_PAGES")))
    note("user", lambda: (os.getuid(), os.getgid(), os.getgroups()))
    note("pid", lambda: (os.getpid(), os.getsid(0), os.getpgid(0)))
    note("parent", os.getppid)
    note("mask", lambda: (os.umask(0o077), os.umask(0o077)))
    note("environment", lambda: sorted(os.environ.items()))
    for name, make in MADE.items():
        note(f"number of a new {name}", make)
    note("next process", next_process)
    note("locks on the library", lock_of)
    note("clocks", lambda: (time.time_ns(), time.monotonic_ns()))
    return found


def raise_counters(rounds: int) -> int:
    """Move every counter that a child can move: processes, refused ones, faults, files, memory, locks."""
    for _ in range(rounds):
        with contextlib.suppress(OSError):
            if os.fork() == 0:
                os._exit(0)
        with contextlib.suppress(ChildProcessError):
            os.wait()
    kept = []
    with contextlib.suppress(OSError):
        for _ in range(1000):  # until the limit, which counts refusals
            pid = os.fork()
            if pid == 0:
                time.sleep(60)
                os._exit(0)
            kept.append(pid)
    area = bytearray(rounds << 14)
    for number in range(rounds):
        path = f"/dev/shm/{number}"
        with open(path, "wb") as stream:
            stream.write(b"x" * 4096)
        os.mkdir(f"/tmp/{number}")
    return len(kept) + len(area)


def files():
    """Name and path of every file to read; processes are called by what they are, not by number."""
    for top in sorted(os.listdir("/proc")):
        if not top.isdigit():
            yield from below(f"/proc/{top}", f"/proc/{top}")
    for number, who in ((1, "PID 1"), (os.getpid(), "own")):
        yield from below(f"/proc/{number}", f"/proc of {who}")
    yield from below("/sys", "/sys")
    yield from below("/etc", "/etc")


def below(path, name):
    if os.path.islink(path):
        yield f"{name} (link)", path
        return
    if not os.path.isdir(path):
        yield name, path
        return
    try:
        inside = sorted(os.listdir(path))
    except OSError:
        return
    for entry in inside:
        if entry not in SKIP:
            yield from below(f"{path}/{entry}", f"{name}/{entry}")


def contents(path):
    if os.path.islink(path):
        return os.readlink(path)
    descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
    try:
        return os.read(descriptor, 1 << 16)
    finally:
        os.close(descriptor)


def entries(place):
    return sorted(name for name in os.listdir(place) if not name.isdigit()) if os.path.isdir(place) else ""


def new_pipe():
    ends = os.pipe()
    number = os.fstat(ends[0]).st_ino
    for end in ends:
        os.close(end)
    return number


def new_file(folder):
    path = f"{folder}/new"
    with open(path, "wb") as stream:
        number = os.fstat(stream.fileno()).st_ino
    os.unlink(path)
    return number


def new_sockets():
    with contextlib.ExitStack() as held:
        return [
            held.enter_context(one).fileno() and os.fstat(one.fileno()).st_ino for one in socket.socketpair()
        ]


def new_poll():
    with select.epoll() as made:
        return os.fstat(made.fileno()).st_ino


MADE = {
    "pipe": new_pipe,
    "file in /tmp": lambda: new_file("/tmp"),
    "file in /dev/shm": lambda: new_file("/dev/shm"),
    "pair of sockets": new_sockets,
    "poll": new_poll,
}


def next_process():
    pid = os.fork()
    if pid == 0:
        os._exit(0)
    os.waitpid(pid, 0)
    return pid - os.getpid()


def lock_of():
    """Who has a lock on a file of the image, if anybody: `struct flock` as the kernel fills it in."""
    with open(LIBRARY, "rb") as stream:
        return fcntl.fcntl(stream, fcntl.F_GETLK, bytes(32))
