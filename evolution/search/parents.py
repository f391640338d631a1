"""The parents of a run: their source, and for models all that is known about them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from random import Random

from pygent.archive.blobs.weighted_cache import Cache
from pygent.archive.records import ReviewDecision, VariantRecord
from pygent.archive.store import ArchiveStore
from pygent.benchmarks.results import Evaluation
from pygent.benchmarks.statistics.sequential_test import PairedDecision
from pygent.evolution.protocols import Parent, Selector
from pygent.evolution.search.evidence_reader import EvidenceReader
from pygent.evolution.search.population import Population
from pygent.target_modules.patch.model.tree import Tree

INSPIRATIONS = 3
TRIED = 8  # how many of a parent's children, and of its ancestors, a model reads about
OTHERS = 4  # how many of the best and of the newest findings elsewhere
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
        hints: Callable[[], tuple[str, ...]],
    ) -> None:
        """`told`: a model reads the parents, so they come with their evaluations.

        `hints` reads people's hints to the run, each time anew: another process may write them.
        """
        self._archive = archive
        self._population = population
        self._selector = selector
        self._seed = seed
        self._with_evaluations = told
        self._hints = hints
        self._kept: Cache[str, Parent] = Cache(KEPT_CHARS, _weight)
        self._remarks: dict[str, tuple[str, ...]] = {}
        self._evidence = EvidenceReader(archive)

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

    def can_be(self, variant: str) -> bool:
        """Whether it is a variant of the run that was graded."""
        return variant in self._population.lineage

    def keep(self, variant: VariantRecord, tree: Tree, evaluation: Evaluation | None) -> None:
        """Cache a variant that was just committed."""
        self._kept.put(variant.id, Parent(variant, tree, evaluation if self._with_evaluations else None))

    def introduced(self, parent: Parent, attempt: int) -> Parent:
        """The parent with all that a model reads about it: other variants, and what people said."""
        chosen = parent.variant.id
        above = self._population.lineage.above(chosen)
        tried = self._tried(chosen, above)
        read = (chosen, *(one.id for one in tried))
        remarks = {id: self._remarks[id] for id in read if id in self._remarks}
        leader = self._population.leader
        return replace(
            parent,
            inspirations=tuple(map(self._compared, self._inspirations(attempt, chosen))),
            tried=tried,
            said=remarks,
            hints=self._hints(),
            above=frozenset(above),
            evidence=self._evidence.of,
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

    def _tried(self, chosen: str, above: Sequence[str]) -> tuple[VariantRecord, ...]:
        """Attempts on a variant, on the way to it, and the best and the findings elsewhere; newest first.

        Only committed attempts count, so that a resumed run reads what the killed one read.
        """
        now = self._population.latest
        latest = self._archive.variants.latest_attempts_on(chosen, 2 * TRIED, until=now)
        children = [one for one in latest if self._is_telling(one)]
        near = map(self._archive.variants.get, above[:TRIED])
        known = self._population
        others = [*known.leading(OTHERS), *reversed(known.latest_findings)]
        found = {one.id: one for one in (*children[:TRIED], *near)}
        elsewhere = [one for one in others if one.id not in found]
        return (*found.values(), *elsewhere[: 2 * OTHERS])

    def _is_telling(self, variant: VariantRecord) -> bool:
        return bool(variant.note or variant.reason or variant.id in self._remarks)

    def _compared(self, parent: Parent) -> Parent:
        """A program with the outcome of its test against its own parent, if there was one."""
        found = self._archive.variants.records(parent.variant.id, kind="acceptance")
        return replace(parent, comparison=PairedDecision.of(found[-1].data)) if found else parent


def _weight(parent: Parent) -> int:
    return 1000 + sum(map(len, parent.tree.files.values()))
