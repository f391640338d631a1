"""What children are born with: limits on the files they open and write, and death before their parent's."""

from __future__ import annotations

import contextlib
import ctypes
import os
import resource
import signal
from collections.abc import Callable
from typing import Any

_OPEN_FILES = 256
_STACK_BYTES = 8 << 20
_DIES_FIRST = b"1000"  # of oom_score_adj, see proc(5)


class Forker:
    """Forks children. What they inherit is set once in the parent, as every step in a child copies pages.

    Create it before the process gives up being dumpable: after that its file in /proc belongs to root.
    `file_bytes` is the largest file that a child may write. `cores` are those that this process may run on.
    """

    def __init__(self, file_bytes: int) -> None:
        for kind, value in (
            (resource.RLIMIT_CORE, 0),
            (resource.RLIMIT_NOFILE, _OPEN_FILES),
            (resource.RLIMIT_FSIZE, file_bytes),
            (resource.RLIMIT_STACK, _STACK_BYTES),
        ):
            hard = resource.getrlimit(kind)[1]
            bound = value if hard == resource.RLIM_INFINITY else min(value, hard)
            resource.setrlimit(kind, (bound, bound))
        self._preference, self._own = -1, b""
        with contextlib.suppress(OSError):
            self._preference = os.open("/proc/self/oom_score_adj", os.O_RDWR | os.O_CLOEXEC)
            self._own = os.pread(self._preference, 16, 0).strip()
        self.cores = os.sched_getaffinity(0)
        self._core: Callable[[], int] = ctypes.CDLL(None).sched_getcpu
        self._prctl: Callable[..., Any] | None = None
        if os.getpid() != 1:  # when PID 1 dies, the kernel ends all others
            self._prctl = ctypes.CDLL(None).prctl

    def gather(self) -> int:
        """Stay on this core, where a child should wait too, until `scatter`; return its number.

        Waking up on a sleeping core would cost each of the two as much as several calls.
        """
        core = self._core()
        if len(self.cores) > 1:
            os.sched_setaffinity(0, {core})
        return core

    def scatter(self) -> None:
        if len(self.cores) > 1:
            os.sched_setaffinity(0, self.cores)

    def fork(self) -> int:
        """Fork as `os.fork` does. The child is killed for memory before this process and dies with it."""
        self._prefer(_DIES_FIRST)
        pid = os.fork()
        if pid:
            self._prefer(self._own)
        elif self._prctl is not None:
            self._prctl(1, signal.SIGKILL, 0, 0, 0)  # PR_SET_PDEATHSIG
        return pid

    def _prefer(self, score: bytes) -> None:
        if self._preference >= 0:
            os.pwrite(self._preference, score, 0)
