"""Only one process writes a run, and others can see whether it is alive."""

from __future__ import annotations

import fcntl
import os
import re
import time
from pathlib import Path
from types import TracebackType

from pygent.archive.records import ArchiveError

_SAFE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")
PATIENCE_SECONDS = 0.5  # `is_alive` in another process holds the lock for an instant


class RunLock:
    """Holds a run for this process by flock, which the kernel releases however the process dies.

    A forked child that outlives the process keeps the lock; a program started with subprocess does not.
    """

    def __init__(self, home: Path, run: str) -> None:
        self._file = lock_file(home, run)
        self._run = run
        self._descriptor: int | None = None
        self._working = False

    def acquire(self) -> None:
        """Take the lock. Raises `ArchiveError` if another process, or this one already, holds it."""
        try:
            self._file.parent.mkdir(parents=True, exist_ok=True)
            descriptor = os.open(self._file, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
        except OSError as error:
            raise ArchiveError(f"{self._file}: the run cannot be locked: {error.strerror}") from None
        end = time.monotonic() + PATIENCE_SECONDS
        while not _take(descriptor):
            if time.monotonic() > end:
                owner = _pid(descriptor)
                os.close(descriptor)
                raise _in_use(self._run, owner)
            time.sleep(0.01)
        try:
            os.ftruncate(descriptor, 0)
            os.pwrite(descriptor, f"{os.getpid()}\n".encode(), 0)
        except OSError as error:
            os.close(descriptor)
            raise ArchiveError(f"{self._file}: the run cannot be locked: {error.strerror}") from None
        self._descriptor = descriptor

    def say_working(self) -> None:
        """Publish that the run has begun its attempts; see `is_working`."""
        if self._descriptor is not None and not self._working:
            os.pwrite(self._descriptor, f"{os.getpid()}\nworking\n".encode(), 0)
            self._working = True

    def release(self) -> None:
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None

    def __enter__(self) -> RunLock:
        self.acquire()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.release()


def require_free(home: Path, run: str) -> None:
    """Raise `ArchiveError` if a process holds the run now."""
    if (pid := owner(home, run)) is not None:
        raise _in_use(run, pid)


def is_working(home: Path, run: str, pid: int) -> bool:
    """Whether this process has got past the run's baseline, so that attempts have begun."""
    try:
        lines = lock_file(home, run).read_text().split()
    except OSError:
        return False
    return lines == [str(pid), "working"]


def is_alive(home: Path, run: str) -> bool:
    """Whether a process holds the run now. Works on a read-only home."""
    return owner(home, run) is not None


def owner(home: Path, run: str) -> int | None:
    """The id of the process that holds the run now: 0 if it is not written yet, None if none does."""
    try:
        descriptor = os.open(lock_file(home, run), os.O_RDONLY | os.O_CLOEXEC)
    except OSError:
        return None
    try:
        return None if _take(descriptor) else _pid(descriptor)
    finally:
        os.close(descriptor)


def lock_file(home: Path, run: str) -> Path:
    if not _SAFE.fullmatch(run):
        raise ArchiveError(f"run {run!r}: not a run's id; ids have letters, digits, '.', '_' and '-'")
    return home / "runs" / f"{run}.lock"


def _take(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _pid(descriptor: int) -> int:
    text = os.pread(descriptor, 32, 0).partition(b"\n")[0]
    return int(text) if text.isdigit() else 0


def _in_use(run: str, pid: int) -> ArchiveError:
    by = f" (process {pid})" if pid else ""
    return ArchiveError(f"run {run}: is being run already{by}; stop it with `pygent stop {run}`")
