"""Tells whoever looks how a run stands."""

from __future__ import annotations

from collections.abc import Callable

from pygent.archive.records import VariantRecord
from pygent.evolution.run.end_conditions import Stopping
from pygent.evolution.run.progress import Observer, Progress
from pygent.evolution.run.run_limits import RunLimits
from pygent.evolution.search.population import Population


class Reporter:
    """Sends snapshots to an observer; `under_way` attempts have begun and are not committed."""

    def __init__(
        self,
        run: str,
        population: Population,
        budget: RunLimits,
        stopping: Stopping,
        waiting: Callable[[], float | None],
        observer: Observer,
    ) -> None:
        """`waiting` says for how many seconds the sandbox has given no box."""
        self.under_way = 0
        self.notes: list[str] = []  # lines about the run, each to be said once
        self._run = run
        self._population = population
        self._budget = budget
        self._stopping = stopping
        self._waiting = waiting
        self._observer = observer

    def committed(self, variant: VariantRecord, violation: bool) -> None:
        self._budget.note(variant, violation=violation)
        self.tell(variant)

    def tell(self, latest: VariantRecord | None = None) -> None:
        known = self._population
        self._observer(
            Progress(
                run=self._run,
                attempts=len(known.generations),
                evaluated=known.evaluated,
                statuses=known.statuses,
                failures=known.failures,
                baseline=known.baseline,
                best=known.winner,
                latest=latest,
                usage=known.usage,
                seconds=self._budget.clock.seconds,
                seconds_left=self._budget.seconds_left(evaluated=known.evaluated),
                under_way=self.under_way,
                ending=self._stopping.requested or "",
                waiting=self._waiting(),
                findings=known.findings,
                notes=tuple(self.notes),
            )
        )
