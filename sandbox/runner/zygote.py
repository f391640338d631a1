"""The zygote of bubblewrap's boxes: it has imported what a box needs, and forks a box for each request.

It is PID 1 of a process namespace, so that no box outlives it, and it ends when the host closes its socket.
No candidate's code or data ever comes here: a request is a set of open files, which the box itself reads. So
what boxes inherit is code, and the same for all:
addresses and the seed of hashes, too, but not `random`, which draws a new state in each fork.

Sent as text, it uses the standard library only and imports none of our rooms.
"""

from __future__ import annotations

import array
import contextlib
import ctypes
import gc
import json
import os
import select
import signal
import socket
import sys
import traceback
from collections.abc import Mapping
from itertools import product
from typing import Any, NamedTuple

from . import main as runner
from . import meter, seccomp, walls

_CONTROL = 0
_MOST = 32  # files of a request
_MOST_OPEN = 1 << 16
_FIRST_TO_GO = b"500"  # of oom_score_adj, see proc(5)
_PDEATHSIG, _DUMPABLE = 1, 4
_FAILED = 70


class _Request(NamedTuple):
    """A box's open files: its channel, standard error, the groups to join, and meters."""

    read: int
    write: int
    errors: int
    groups: list[int]
    meters: list[int]

    def files(self) -> list[int]:
        return [self.read, self.write, self.errors, *self.groups, *self.meters]


def main(config: Mapping[str, Any]) -> None:
    """Import, then serve. Returns in no process; `config` has what `prepare` needs, and the `core` to use."""
    libc = ctypes.CDLL(None, use_errno=True)
    libc.prctl(_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    own = os.open("/proc/self/ns/pid", os.O_RDONLY | os.O_CLOEXEC)
    cores = os.sched_getaffinity(0)
    runner.settle()
    if config["core"] is not None:  # libraries choose their threads by it as they are imported
        os.sched_setaffinity(0, {config["core"]})
    runner.prepare(config)
    for loopback, timed, shared in product((False, True), repeat=3):
        with contextlib.suppress(seccomp.SeccompUnsupportedError):
            seccomp.program(os.uname().machine, loopback=loopback, timed=timed, shared=shared)
    os.sched_setaffinity(0, cores)
    gc.collect()
    gc.freeze()
    request = _serve(libc, own)
    try:
        _be_a_box(request)
    except BaseException:  # noqa: BLE001  # job border
        traceback.print_exc()
        sys.stderr.flush()
    os._exit(_FAILED)


def _serve(libc: ctypes.CDLL, own: int) -> _Request:
    """Fork a box for each request and report its end. Returns in the boxes alone."""
    lives: dict[int, int] = {}  # each box's handle, and where the host waits for its end
    poll = select.poll()
    poll.register(_CONTROL, select.POLLIN)
    while True:
        for handle, _ in poll.poll():
            if handle != _CONTROL:
                poll.unregister(handle)
                _bury(handle, lives.pop(handle))
                continue
            request, life = _receive()
            try:
                pid = _fork(libc, own)
            except OSError as error:
                os.write(request.errors, str(error).encode())
                _tell(life, b"%d" % _FAILED)
                os.close(life)
            else:
                if pid == 0:
                    return request
                handle = os.pidfd_open(pid)
                _tell(life, b"began", handle)
                lives[handle] = life
                poll.register(handle, select.POLLIN)
            for fd in request.files():
                os.close(fd)


def _receive() -> tuple[_Request, int]:
    """The next request. Its byte is the number of groups to join."""
    control = socket.socket(fileno=_CONTROL)
    fds = array.array("i")
    try:
        data, more, _, _ = control.recvmsg(1, socket.CMSG_SPACE(_MOST * fds.itemsize))
    finally:
        control.detach()
    if not data:
        os._exit(0)
    for _, _, sent in more:
        fds.frombytes(sent)
    read, write, errors, life, *rest = fds
    return _Request(read, write, errors, rest[: data[0]], rest[data[0] :]), life


def _fork(libc: ctypes.CDLL, own: int) -> int:
    """Fork the first process of a new process namespace."""
    if libc.unshare(walls.NEW_PROCESSES):
        raise OSError(ctypes.get_errno(), "a process namespace cannot be made")
    pid = -1
    try:
        pid = os.fork()
    finally:
        if pid and libc.setns(own, walls.NEW_PROCESSES):
            os._exit(_FAILED)
    return pid


def _bury(handle: int, life: int) -> None:
    """Collect a box that has ended, everything in it included, and tell the host how it ended."""
    ended = os.waitid(os.P_PIDFD, handle, os.WEXITED)
    assert ended is not None
    status = ended.si_status if ended.si_code == os.CLD_EXITED else 128 + ended.si_status
    _tell(life, b"%d" % status)
    os.close(handle)
    os.close(life)


def _tell(life: int, text: bytes, *handles: int) -> None:
    with contextlib.suppress(OSError):  # the host no longer waits for it
        listener = socket.socket(fileno=life)
        try:
            rights = [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", handles))] if handles else []
            listener.sendmsg([text], rights)
        finally:
            listener.detach()


def _be_a_box(request: _Request) -> None:
    """In the new process: let go of the zygote, join the control groups, isolate, and run."""
    kept = sorted(request.files())
    for low, high in zip((-1, *kept), (*kept, _MOST_OPEN), strict=True):
        os.closerange(low + 1, high)
    for fd, place in ((request.read, 0), (request.write, 1), (request.errors, 2)):
        os.dup2(fd, place)
        os.close(fd)
    os.setsid()
    if len(os.listdir("/proc/self/task")) != 1:
        raise RuntimeError("a module that was imported ahead starts threads when it is forked")
    for fd in request.groups:
        os.write(fd, b"0")
        os.close(fd)
    meters = list(map(os.dup, request.meters))  # numbers that do not show how many boxes there are
    for fd in request.meters:
        os.close(fd)
    ctypes.CDLL(None).prctl(_DUMPABLE, 1, 0, 0, 0)  # or /proc/self were not its own; the runner takes it back
    with contextlib.suppress(OSError), open("/proc/self/oom_score_adj", "wb", buffering=0) as stream:
        stream.write(_FIRST_TO_GO)
    sent = json.loads(_take(int.from_bytes(_take(4), "big")))
    held = dict(zip(sent["meters"], meters, strict=True))
    apart, everyone = walls.enter(**sent["walls"], watch=not held.keys() & set(meter.CPU))
    if everyone >= 0:
        held[meter.PROCESSES] = everyone
    entered = {"apart": apart, "meters": held}
    runner.main(sent["config"], entered)


def _take(size: int) -> bytes:
    data = b""
    while len(data) < size:
        part = os.read(0, size - len(data))
        if not part:
            os._exit(0)
        data += part
    return data
