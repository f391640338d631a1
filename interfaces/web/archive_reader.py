"""The archive as the web reads it: opened once, and nothing computed twice of what stays."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

from pygent.archive.blobs.weighted_cache import Cache
from pygent.archive.store import ArchiveStore
from pygent.interfaces.views import run_views

KEPT = 64  # views of runs
T = TypeVar("T")


class ArchiveReader:
    """`read` is opened read-only; decisions open the archive for writing for as long as they take."""

    def __init__(self, home: Path, who: str) -> None:
        self.home = home
        self.who = who
        self.read = ArchiveStore.open(home, read_only=True)
        self._kept: Cache[tuple[Any, ...], Any] = Cache(KEPT)

    def close(self) -> None:
        self.read.close()

    def writing(self) -> ArchiveStore:
        """For a `with` block. Raises `ArchiveError`."""
        return ArchiveStore.open(self.home, create=False)

    def status(self, archive: ArchiveStore, run: str) -> run_views.RunStatus:
        return run_views.status(archive, self.home, run)

    def of_run(self, view: Callable[..., T], run: str, *arguments: Any) -> T:
        """`view(archive, run, *arguments)`, kept as long as nothing new is recorded of the run."""
        record = self.read.runs.get(run)
        state = (record.state, record.requested_state, record.stopped_by, repr(record.health))
        key = (view, run, arguments, self.read.browse.version(run), state)
        found: T | None = self._kept.get(key)
        if found is None:
            found = view(self.read, run, *arguments)
            self._kept.put(key, found)
        return found
