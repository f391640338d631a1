"""Why a run ends: a person asked, a champion is good enough, or a limit is reached."""

from __future__ import annotations

import time
from collections.abc import Callable

from pygent.archive.end_reason import EndReason
from pygent.archive.records import PARENTS, Usage
from pygent.archive.store import ArchiveStore
from pygent.evolution.protocols import Proposer
from pygent.evolution.run.plan import RunPlan
from pygent.evolution.run.run_limits import RunLimits
from pygent.evolution.search.population import Population

POLL_SECONDS = 0.5


class Stopping:
    """Decides whether the run ends; called on the loop's thread, except for `meanwhile`."""

    def __init__(
        self,
        plan: RunPlan,
        archive: ArchiveStore,
        run: str,
        population: Population,
        budget: RunLimits,
        interrupted: Callable[[], bool],
    ) -> None:
        self.requested: EndReason | None = None  # never withdrawn
        self._plan = plan
        self._archive = archive
        self._run = run
        self._population = population
        self._budget = budget
        self._interrupted = interrupted
        self._polled = 0.0

    def poll(self) -> bool:
        """Check whether a person asks for an end; True if it was time to look into the archive."""
        if self.requested is None and self._interrupted():
            self.requested = EndReason.INTERRUPTED
        if self.requested is not None or time.monotonic() - self._polled < POLL_SECONDS:
            return False
        self._polled = time.monotonic()
        asked = self._archive.runs.get(self._run).requested_state
        self.requested = EndReason(asked) if asked else None
        return True

    def meanwhile(self) -> EndReason | None:
        """Why the run ends even while work waits for a box or a model; called on any thread."""
        return self.requested or (EndReason.MINUTES if self._budget.out_of_time else None)

    def before_next(
        self, proposer: Proposer, *, begun: int, under_way: int, uncommitted: Usage
    ) -> EndReason | None:
        """Why no further attempt may begin; None if one may. `uncommitted` is paid by those under way."""
        baseline = self._population.baseline
        if baseline is not None and baseline.status not in PARENTS:
            return EndReason.BASELINE
        exhausted = proposer.exhausted
        return (
            self.requested
            or self._reached()
            or (EndReason(exhausted) if exhausted else None)
            or self._budget.spent(
                self._population,
                begun=begun,
                under_way=under_way,
                uncommitted=uncommitted,
                waits=proposer.waits,
            )
        )

    def _reached(self) -> EndReason | None:
        champion, wanted = self._population.champion, self._plan.config.until
        if champion is None or champion.score is None or wanted is None:
            return None
        fitness = self._plan.target.fitness
        return EndReason.UNTIL if fitness(champion.score) >= fitness(wanted) else None
