"""The archive as the web pages read it: opened once, with views of runs cached."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

from pygent.archive.blobs.weighted_cache import Cache
from pygent.archive.store import ArchiveStore
from pygent.interfaces.views import run_views

KEPT = 64  # cached views of runs
T = TypeVar("T")


class ArchiveReader:
    """`read` is open read-only. A decision opens the archive for writing, only for as long as it takes."""

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
        """`view(archive, run, *arguments)`, cached until something new is recorded of the run."""
        record = self.read.runs.get(run)
        state = (record.state, record.requested_state, record.stopped_by, repr(record.health))
        key = (view, run, arguments, self.read.browse.version(run), state)
        found: T | None = self._kept.get(key)
        if found is None:
            found = view(self.read, run, *arguments)
            self._kept.put(key, found)
        return found
