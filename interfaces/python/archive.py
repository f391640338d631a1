"""The archive as Python programs see it."""

from __future__ import annotations

from pathlib import Path
from types import TracebackType

from pygent.archive.store import DEFAULT_HOME, ArchiveStore
from pygent.archive.tables.queries import Order
from pygent.interfaces.python.records import OpenHome, Run, Variant
from pygent.interfaces.views.findings import AttemptFinding


class Archive:
    """Runs and variants of a home folder, opened for reading.

    Ids may be unique prefixes. Every method may raise `ArchiveError`.
    """

    def __init__(self, home: OpenHome) -> None:
        self._home = home

    @classmethod
    def open(cls, home: str | Path = DEFAULT_HOME) -> Archive:
        """The archive in `home`, which must exist."""
        return cls(OpenHome(Path(home), ArchiveStore.open(Path(home), create=False, read_only=True)))

    def close(self) -> None:
        """Let the files go."""
        self._home.store.close()

    def __enter__(self) -> Archive:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def runs(self) -> list[Run]:
        """All runs, the oldest first."""
        return [Run(self._home, one.id) for one in self._home.store.runs.list_()]

    def run(self, id: str) -> Run:
        """One run."""
        return Run(self._home, self._home.store.runs.find(id))

    def variant(self, id: str) -> Variant:
        """One variant."""
        variants = self._home.store.variants
        return self._home.variant(variants.get(variants.find(id)))

    def variants(
        self, status: str | None = None, order: Order = "attempt", limit: int | None = None
    ) -> list[Variant]:
        """Variants of all runs, of one status or of any; `Run.variants` has those of one run."""
        return self._home.variants(None, status, order, limit)

    def findings(self, limit: int | None = None) -> list[AttemptFinding]:
        """What attempts of all runs found out that ended with no change, the newest first."""
        return self._home.findings(None, limit)
