"""Runs and variants as Python programs see them: typed, read from the archive when they are asked for."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import TYPE_CHECKING, Literal, get_args, overload

from pygent.archive.end_reason import EndReason
from pygent.archive.records import (
    STATUSES,
    ArchiveError,
    Hint,
    ReviewDecision,
    RunRecord,
    Status,
    Usage,
    VariantRecord,
)
from pygent.archive.store import ArchiveStore
from pygent.archive.tables.queries import Order
from pygent.benchmarks.results import Evaluation
from pygent.benchmarks.statistics.sequential_test import Interval
from pygent.evolution.extension_points import POINTS
from pygent.evolution.promotion.apply_variant import Applied, ApplyPlan
from pygent.evolution.settings.config import RunConfig
from pygent.evolution.settings.stored_config import settings_to_look_at
from pygent.interfaces.views.findings import AttemptFinding, finding

if TYPE_CHECKING:
    from pygent.sandbox.api import Sandbox


@dataclass(frozen=True)
class OpenHome:
    """A home folder, and its archive opened for reading. What writes opens the archive for that long."""

    path: Path
    store: ArchiveStore

    def variants(self, run: str | None, status: str | None, order: Order, limit: int | None) -> list[Variant]:
        """Variants of one run or of all.

        Raises `ArchiveError` for a status, an order or a limit that cannot be.
        """
        if status is not None and status not in STATUSES:
            raise ArchiveError(f"status {status!r}: choose one of {', '.join(STATUSES)}")
        if order not in get_args(Order):
            raise ArchiveError(f"order {order!r}: choose one of {', '.join(get_args(Order))}")
        _check_limit(limit)
        standing = None if status is None else Status(status)
        found = self.store.variants.list_(run=run, status=standing, order=order, limit=limit)
        return [self.variant(one) for one in found]

    def findings(self, run: str | None, limit: int | None) -> list[AttemptFinding]:
        """Findings of one run or of all, the newest first. Raises `ArchiveError` for a limit below 1."""
        _check_limit(limit)
        found = self.store.variants.list_(run=run, status=Status.NO_CHANGE, order="newest", limit=limit)
        return [finding(one) for one in found]

    def variant(self, record: VariantRecord) -> Variant:
        """A record with what the archive knows beside it."""
        return Variant(**{one.name: getattr(record, one.name) for one in fields(VariantRecord)}, home=self)


def _check_limit(limit: int | None) -> None:
    if limit is not None and limit < 1:
        raise ArchiveError(f"limit {limit}: at least 1, or None for all")


@dataclass(frozen=True, repr=False)
class Variant(VariantRecord):
    """An archived attempt: the fields of its record, and what the archive knows beside them."""

    home: OpenHome = field(kw_only=True, compare=False)

    def __repr__(self) -> str:
        score = "no score" if self.score is None else f"score {self.score:.5g}"
        return f"<Variant {self.id} of run {self.run}: {self.status.value}, {score}>"

    @property
    def files(self) -> Mapping[str, str]:
        """Source text by path; empty if the attempt made no tree."""
        return {} if self.tree is None else self.home.store.variants.files(self.tree)

    @property
    def diff(self) -> str:
        """What it changed of the run's baseline, as a unified diff; '' without source."""
        from pygent.interfaces.views.variant_views import difference

        return difference(self.home.store, self, Run(self.home, self.run).baseline)

    @property
    def evaluation(self) -> Evaluation | None:
        """Its measurement on search cases, with raw samples; None if it was not evaluated."""
        found = self.home.store.variants.records(self.id, kind="evaluation")
        return Evaluation.from_json(found[-1].data) if found else None

    @property
    def held_out(self) -> Interval | None:
        """Its score on held-out cases, mean and 95 percent interval; None if they never tested it."""
        side: Literal["candidate", "baseline"] = "candidate"
        tested: VariantRecord | None = self
        if self.attempt == 0:
            side, tested = "baseline", self.home.store.variants.best(self.run)
        found = [] if tested is None else self.home.store.variants.records(tested.id, kind="confirmation")
        values = found[-1].data[side] if found else None
        return None if values is None else Interval(**values)

    def plan(self) -> ApplyPlan:
        """What applying it would write, and what stands in the way. Raises `ArchiveError` without source."""
        from pygent.evolution.promotion.apply_variant import plan

        return plan(self.home.store, self.id)

    def apply(self, *, sandbox: Sandbox | None = None, hooks: bool = False) -> Applied:
        """Write it into the real source, run the target's suite there, and take it back if that fails.

        `hooks` lets hooks of the source's repository run. Raises `ApplyError` if something is in the way.
        """
        from pygent.evolution.promotion.apply_variant import apply, plan
        from pygent.interfaces.common.current_user import me
        from pygent.interfaces.common.variant_sandbox import opened_for

        home = self.home.path
        with ArchiveStore.open(home, create=False) as store, ExitStack() as held:
            if sandbox is None:
                sandbox = held.enter_context(opened_for(store, self))
            return apply(store, home, plan(store, self.id), me(), sandbox, hooks=hooks)

    def decide(self, decision: Literal["approve", "reject", "annotate"], why: str = "") -> ReviewDecision:
        """Record what a person decided, in the name of the current user. Raises `OversightError`."""
        from pygent.evolution.promotion import approvals
        from pygent.interfaces.common.current_user import me

        record = {"approve": approvals.approve, "reject": approvals.reject, "annotate": approvals.annotate}
        if decision not in record:
            raise approvals.OversightError(f"decision {decision!r}: choose one of {', '.join(record)}")
        with ArchiveStore.open(self.home.path, create=False) as store:
            return record[decision](store, self, me(), why)


class Run:
    """A run in an archive. Attributes are read anew each time, so that they follow a run that goes."""

    def __init__(self, home: OpenHome, id: str) -> None:
        self.home = home
        self.id = id

    def __repr__(self) -> str:
        record = self.record
        return f"<Run {self.id} of {record.target}: {record.state}, best score {self._score()}>"

    @property
    def record(self) -> RunRecord:
        """The archived row."""
        return self.home.store.runs.get(self.id)

    @property
    def target(self) -> str:
        """The target's name."""
        return self.record.target

    @property
    def settings(self) -> RunConfig:
        """The settings that it has now, without what an archive may not say (see `pygent trust`)."""
        record = self.record
        chosen = {key: record.config[key] for key in POINTS if key in record.config}
        return settings_to_look_at(record).model_copy(update=chosen)

    @property
    def ended_by(self) -> EndReason | str:
        """Why the last session ended: '' while one goes, the name of the exception if an error ended it."""
        stopped_by = self.record.stopped_by
        return EndReason(stopped_by) if stopped_by in EndReason.__members__.values() else stopped_by

    @property
    def usage(self) -> Usage:
        """What its models have cost."""
        return sum((one.usage for one in self.home.store.variants.attempts(self.id)), Usage())

    @property
    def baseline(self) -> Variant | None:
        """The source that the run began with; None before it is measured."""
        found = self.home.store.variants.list_(run=self.id, limit=1)
        return next((self.home.variant(one) for one in found), None)

    @property
    def best(self) -> Variant | None:
        """The best champion, else the best accepted variant; None if nothing is better than the baseline."""
        found = self.home.store.variants.best(self.id)
        better = (Status.ACCEPTED, Status.CHAMPION)
        return None if found is None or found.status not in better else self.home.variant(found)

    @property
    def champion(self) -> Variant | None:
        """The best variant that held-out cases confirm."""
        best = self.best
        return best if best is not None and best.status is Status.CHAMPION else None

    @property
    def hints(self) -> list[Hint]:
        """What people said to it, by number; `withdrawn` says by whom a hint was withdrawn, and when."""
        return self.home.store.hints.list_(self.id)

    def hint(self, text: str) -> Hint:
        """Give it a hint, in the name of the current user: the prompts of its next attempts hold it.

        Raises `OversightError` if the text is no hint, or if nobody would read it.
        """
        from pygent.evolution.promotion import hints
        from pygent.interfaces.common.current_user import me

        with ArchiveStore.open(self.home.path, create=False) as store:
            return hints.give(store, self.id, me(), text)

    def remove_hint(self, number: int) -> Hint:
        """Withdraw a hint; it stays in `hints`. Raises `ArchiveError` if there is none with this number."""
        from pygent.evolution.promotion import hints
        from pygent.interfaces.common.current_user import me

        with ArchiveStore.open(self.home.path, create=False) as store:
            return hints.withdraw(store, self.id, me(), number)

    def variants(
        self, status: str | None = None, order: Order = "attempt", limit: int | None = None
    ) -> list[Variant]:
        """Its variants, all or those of one status."""
        return self.home.variants(self.id, status, order, limit)

    def findings(self, limit: int | None = None) -> list[AttemptFinding]:
        """What attempts found out that ended with no change, the newest first."""
        return self.home.findings(self.id, limit)

    @overload
    def apply(self, *, dry_run: Literal[True], sandbox: Sandbox | None = None) -> ApplyPlan: ...
    @overload
    def apply(self, *, dry_run: Literal[False] = False, sandbox: Sandbox | None = None) -> Applied: ...
    def apply(self, *, dry_run: bool = False, sandbox: Sandbox | None = None) -> ApplyPlan | Applied:
        """Apply the best variant; with `dry_run`, only say what would be written.

        Raises `ArchiveError` if nothing is better than the baseline, `ApplyError` like `Variant.apply`.
        """
        best = self.best
        if best is None:
            raise ArchiveError(f"run {self.id}: nothing better than the baseline was accepted")
        return best.plan() if dry_run else best.apply(sandbox=sandbox)

    def _score(self) -> str:
        shown = self.best or self.baseline
        return "none yet" if shown is None or shown.score is None else f"{shown.score:.5g}"
