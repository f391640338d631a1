"""Commit every attempt once, in the order of attempts, and people's decisions about them."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import replace

from pygent.archive.records import PARENTS, Record, Status, VariantRecord
from pygent.archive.store import ArchiveStore
from pygent.benchmarks.results import Evaluation
from pygent.evolution.run.durable_steps import ArchivedSteps
from pygent.evolution.search.parents import Parents
from pygent.evolution.search.population import Population
from pygent.target_modules.patch.model.tree import Tree

log = logging.getLogger(__name__)


class Ledger:
    """The ordered commits of a run, written only on the loop's thread.

    The run's knowledge is a pure function of them: a resumed run replays its archived attempts and arrives
    where the killed one was.
    """

    def __init__(
        self,
        archive: ArchiveStore,
        run: str,
        population: Population,
        parents: Parents,
        committed: Callable[[VariantRecord, bool], None],
    ) -> None:
        """`committed` gets each variant that this session archives, and whether it violated the protocol."""
        self.run = run
        self.population = population
        self._archive = archive
        self._parents = parents
        self._committed = committed
        self._begun: set[str] = set()  # trees of the attempts begun so far, in order
        self._tried: dict[str, int] = {}  # trees of committed attempts, with the first attempt of each
        self._journaled = {attempt for attempt, _ in archive.journal.pending(run)}
        self._heard = 0  # the key of the latest decision that was applied

    def journal(self, attempt: int) -> ArchivedSteps:
        """The journal of an attempt, with its steps from an earlier session."""
        return ArchivedSteps(self._archive, self.run, attempt, fresh=attempt not in self._journaled)

    def begin(self, tree: str) -> None:
        """Note that an attempt on this tree has begun."""
        self._begun.add(tree)

    def is_begun(self, tree: str) -> bool:
        return tree in self._begun

    def is_committed(self, tree: Tree) -> bool:
        return tree.id in self._tried

    def seen_by_now(self) -> Callable[[str], bool]:
        """A test of whether an attempt committed by now has tried a tree.

        Attempts still under way do not count: the run would depend on which model answered first.
        """
        committed = len(self.population.generations)
        return lambda tree: self._tried.get(tree, committed) < committed

    def commit(
        self,
        variant: VariantRecord,
        tree: Tree | None,
        evaluation: Evaluation | None,
        records: Sequence[Record],
        *,
        violation: bool,
    ) -> None:
        self._archive.variants.add(variant, None if tree is None else tree.files, records)
        self._absorb(variant)
        if tree is not None and variant.status in PARENTS:
            self._parents.keep(variant, tree, evaluation)
        log.info("%s %s %s", variant.status, variant.operator, variant.reason)
        self._committed(variant, violation)

    def replay(self, archived: VariantRecord) -> None:
        """Replay an attempt of an earlier session."""
        self._absorb(self._unrefused(archived))

    def heed(self) -> None:
        """Apply people's decisions about this run's variants since the last call."""
        for decision in self._archive.decisions.list_(run=self.run, after=self._heard):
            self._heard = decision.key
            self.population.heed(decision, self._unrefused(self._archive.variants.get(decision.variant)))
            self._parents.hear(decision)

    def _absorb(self, variant: VariantRecord) -> None:
        if variant.tree is not None:
            self._tried.setdefault(variant.tree, variant.attempt)
        self.population.absorb(variant)

    def _unrefused(self, variant: VariantRecord) -> VariantRecord:
        """The variant as it was before a person refused it; its measurements still count."""
        if variant.status is not Status.REFUSED:
            return variant
        status, reason = self._archive.decisions.standing_before(variant.id)
        return replace(variant, status=status, reason=reason)
