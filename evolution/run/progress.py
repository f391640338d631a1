"""Report the progress of a run to an observer."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass

from pygent.archive.records import Status, Usage, VariantRecord
from pygent.evolution.run.end_conditions import Stopping
from pygent.evolution.run.run_limits import RunLimits
from pygent.evolution.search.population import Population


@dataclass(frozen=True)
class Progress:
    """A snapshot after a commit; `seconds_left` is None if no budget allows an estimate.

    `waiting` counts the seconds for which the sandbox has given no box; None if all is well.
    """

    run: str
    attempts: int
    evaluated: int
    statuses: Counter[Status]
    failures: Counter[str]
    baseline: VariantRecord | None
    best: VariantRecord | None
    latest: VariantRecord | None
    usage: Usage
    seconds: float
    seconds_left: float | None
    under_way: int
    ending: str = ""
    waiting: float | None = None


Observer = Callable[[Progress], None]


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
        """`waiting` returns the seconds for which the sandbox has given no box."""
        self.under_way = 0
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
            )
        )
