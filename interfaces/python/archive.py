"""The archive as Python programs see it."""

from __future__ import annotations

from pathlib import Path
from types import TracebackType
from typing import Literal

from pygent.archive.records import ReviewDecision, Status, VariantRecord
from pygent.archive.store import DEFAULT_HOME, ArchiveStore
from pygent.archive.tables.queries import Order
from pygent.evolution.promotion import approvals
from pygent.evolution.promotion.apply_variant import Applied, plan
from pygent.evolution.promotion.apply_variant import apply as apply_planned
from pygent.interfaces.common.current_user import me
from pygent.interfaces.common.variant_sandbox import opened_for
from pygent.interfaces.python.records import Run, Variant
from pygent.sandbox.api import Sandbox

__all__ = ["Archive", "Order"]


class Archive:
    """Runs and variants of a home folder. It is opened for reading; what writes opens it for that long.

    Ids may be unique prefixes. Every method may raise `ArchiveError`.
    """

    def __init__(self, home: Path, store: ArchiveStore) -> None:
        self.home = home
        self.store = store

    @classmethod
    def open(cls, home: str | Path = DEFAULT_HOME) -> Archive:
        """The archive in `home`, which must exist."""
        return cls(Path(home), ArchiveStore.open(Path(home), create=False, read_only=True))

    def close(self) -> None:
        """Let the files go."""
        self.store.close()

    def __enter__(self) -> Archive:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def runs(self) -> list[Run]:
        """All runs, the oldest first."""
        return [Run(self, one.id) for one in self.store.runs.list_()]

    def run(self, id: str) -> Run:
        """One run."""
        return Run(self, self.store.runs.find(id))

    def variant(self, id: str) -> Variant:
        """One variant."""
        return self.of(self.store.variants.get(self.store.variants.find(id)))

    def variants(
        self,
        run: str | None = None,
        status: str | None = None,
        order: Order = "attempt",
        limit: int | None = None,
    ) -> list[Variant]:
        """Variants of one run or of all, of one status or of any."""
        standing = None if status is None else Status(status)
        found = self.store.variants.list_(
            run=None if run is None else self.store.runs.find(run), status=standing, order=order, limit=limit
        )
        return [self.of(one) for one in found]

    def of(self, record: VariantRecord) -> Variant:
        """A record as a variant of this archive."""
        return Variant(**vars(record), archive=self)

    def apply(
        self, variant: VariantRecord, *, sandbox: Sandbox | None = None, hooks: bool = False
    ) -> Applied:
        """See `Variant.apply`."""
        with ArchiveStore.open(self.home, create=False) as store:
            planned = plan(store, variant.id)
            if sandbox is not None:
                return apply_planned(store, self.home, planned, me(), sandbox, hooks=hooks)
            with opened_for(store, planned.variant) as opened:
                return apply_planned(store, self.home, planned, me(), opened, hooks=hooks)

    def decide(
        self, variant: VariantRecord, decision: Literal["approve", "reject", "annotate"], why: str = ""
    ) -> ReviewDecision:
        """See `Variant.decide`."""
        record = {"approve": approvals.approve, "reject": approvals.reject, "annotate": approvals.annotate}
        with ArchiveStore.open(self.home, create=False) as store:
            return record[decision](store, variant, me(), why)
