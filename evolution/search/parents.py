"""The parents of a run: their source, and for models all that is known about them."""

from __future__ import annotations

from dataclasses import replace
from random import Random

from pygent.archive.blobs.weighted_cache import Cache
from pygent.archive.records import ReviewDecision, VariantRecord
from pygent.archive.store import ArchiveStore
from pygent.benchmarks.results import Evaluation
from pygent.benchmarks.statistics.sequential_test import PairedDecision
from pygent.evolution.protocols import Parent, Selector
from pygent.evolution.search.population import Population
from pygent.target_modules.patch.model.tree import Tree

INSPIRATIONS = 3
TRIED = 8  # how many of a parent's children, and of its ancestors, a model reads about
KEPT_CHARS = 8 << 20  # characters of source of the latest parents, kept in memory


class Parents:
    """Reads parents from the archive and caches the latest; called only on the loop's thread."""

    def __init__(
        self,
        archive: ArchiveStore,
        population: Population,
        selector: Selector,
        seed: int | None,
        *,
        told: bool,
    ) -> None:
        """`told`: a model reads the parents, so they come with their evaluations."""
        self._archive = archive
        self._population = population
        self._selector = selector
        self._seed = seed
        self._with_evaluations = told
        self._kept: Cache[str, Parent] = Cache(KEPT_CHARS, _weight)
        self._remarks: dict[str, tuple[str, ...]] = {}

    def get(self, variant: str) -> Parent:
        """The parent with this id. Raises `LookupError` for a variant without source."""
        known = self._kept.get(variant)
        if known is None:
            record = self._archive.variants.get(variant)
            if record.tree is None:
                raise LookupError(f"variant {variant} has no source and cannot be a parent")
            evaluation = None
            if self._with_evaluations:
                measured = self._archive.variants.records(variant, kind="evaluation")
                evaluation = Evaluation.from_json(measured[-1].data) if measured else None
            known = Parent(record, Tree(self._archive.variants.files(record.tree)), evaluation)
            self._kept.put(variant, known)
        return known

    def has(self, variant: object) -> bool:
        """Whether the run has such a variant."""
        return variant in self._population.generations

    def keep(self, variant: VariantRecord, tree: Tree, evaluation: Evaluation | None) -> None:
        """Cache a variant that was just committed."""
        self._kept.put(variant.id, Parent(variant, tree, evaluation if self._with_evaluations else None))

    def introduced(self, parent: Parent, attempt: int) -> Parent:
        """The parent with all that a model reads about it: inspirations, earlier tries, people's remarks."""
        chosen = parent.variant.id
        tried = self._tried(chosen)
        read = (chosen, *(one.id for one in tried))
        remarks = {id: self._remarks[id] for id in read if id in self._remarks}
        leader = self._population.leader
        return replace(
            parent,
            inspirations=tuple(map(self._compared, self._inspirations(attempt, chosen))),
            tried=tried,
            said=remarks,
            comparison=self._compared(parent).comparison,
            best=None if leader is None else self._compared(self.get(leader)),
            standing=self._population.standing(chosen),
        )

    def hear(self, decision: ReviewDecision) -> None:
        """Remember a person's remark about a variant."""
        if decision.why and decision.kind in ("approve", "reject", "annotate"):
            self._remarks[decision.variant] = (*self._remarks.get(decision.variant, ()), decision.why)

    def _inspirations(self, attempt: int, chosen: str) -> tuple[Parent, ...]:
        rng = Random(f"{self._seed}/{attempt}/inspirations")
        names = [self._selector.select(rng) for _ in range(INSPIRATIONS)]
        if self._population.winner is not None:
            names.insert(0, self._population.winner.id)
        others = dict.fromkeys(name for name in names if name != chosen)
        return tuple(self.get(name) for name in others)[:INSPIRATIONS]

    def _compared(self, parent: Parent) -> Parent:
        """A program with the outcome of its test against its own parent, if there was one."""
        found = self._archive.variants.records(parent.variant.id, kind="acceptance")
        return replace(parent, comparison=PairedDecision.of(found[-1].data)) if found else parent

    def _tried(self, chosen: str) -> tuple[VariantRecord, ...]:
        """The children of a variant, then its ancestors, each newest first."""
        children = [
            child
            for child in self._archive.variants.children(chosen)
            if child.note or child.reason or child.id in self._remarks
        ]
        line = [one for one in self._archive.variants.lineage(chosen) if one.parents]
        return tuple(reversed([*line[-TRIED:], *children[-TRIED:]]))


def _weight(parent: Parent) -> int:
    return 1000 + sum(map(len, parent.tree.files.values()))
