"""What is committed: every attempt once, in order of attempt, and what people decide of them."""

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
    """What a run knows is a pure function of what went through here, in its order: a resumed run replays its
    archived attempts and arrives where the killed one was. Written on the loop's own thread only.
    """

    def __init__(
        self,
        archive: ArchiveStore,
        run: str,
        population: Population,
        parents: Parents,
        committed: Callable[[VariantRecord, bool], None],
    ) -> None:
        """`committed` hears of each variant that this session archives, and whether it broke the protocol of
        its box.
        """
        self.run = run
        self.population = population
        self._archive = archive
        self._parents = parents
        self._committed = committed
        self._begun: set[str] = set()  # trees of attempts begun in order of attempt
        self._tried: dict[str, int] = {}  # trees of committed attempts, and which attempt was the first
        self._journaled = {attempt for attempt, _ in archive.journal.pending(run)}
        self._heard = 0  # the key of the latest decision of a person

    def journal(self, attempt: int) -> ArchivedSteps:
        """What an attempt that is begun remembers of an earlier session."""
        return ArchivedSteps(self._archive, self.run, attempt, fresh=attempt not in self._journaled)

    def begin(self, tree: str) -> None:
        """An attempt on this tree is begun."""
        self._begun.add(tree)

    def is_begun(self, tree: str) -> bool:
        return tree in self._begun

    def is_committed(self, tree: Tree) -> bool:
        return tree.id in self._tried

    def seen_by_now(self) -> Callable[[str], bool]:
        """Whether a tree was tried by an attempt committed by now. What models answer at the same time is no
        part of it: it would make the run depend on who answered first.
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
        """Take in an attempt of an earlier session."""
        self._absorb(self._unrefused(archived))

    def heed(self) -> None:
        """Take in what people have decided of this run's variants since the last time."""
        for decision in self._archive.decisions.list_(run=self.run, after=self._heard):
            self._heard = decision.key
            self.population.heed(decision, self._unrefused(self._archive.variants.get(decision.variant)))
            self._parents.hear(decision)

    def _absorb(self, variant: VariantRecord) -> None:
        if variant.tree is not None:
            self._tried.setdefault(variant.tree, variant.attempt)
        self.population.absorb(variant)

    def _unrefused(self, variant: VariantRecord) -> VariantRecord:
        """As it stood before a person refused it: what was found out of it counts all the same."""
        if variant.status is not Status.REFUSED:
            return variant
        status, reason = self._archive.decisions.standing_before(variant.id)
        return replace(variant, status=status, reason=reason)
