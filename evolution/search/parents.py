"""The parents of a run: their source, and for models all that is known about them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from random import Random

from pygent.archive.records import Record, ReviewDecision, VariantRecord
from pygent.archive.store import ArchiveStore
from pygent.evolution.protocols import Parent, Selector
from pygent.evolution.search.evidence_reader import EvidenceReader
from pygent.evolution.search.population import Population
from pygent.evolution.search.programs import Programs
from pygent.target_modules.patch.model.tree import Tree

INSPIRATIONS = 3
TRIED = 8  # how many of a parent's children, and of its ancestors, a model reads about
OTHERS = 4  # how many of the best and of the newest findings elsewhere


class Parents:
    """Reads parents and what is known about them; called only on the loop's thread."""

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
        self._hints = hints
        self._programs = Programs(archive, measured=told)
        self._remarks: dict[str, tuple[str, ...]] = {}
        self._evidence = EvidenceReader(self._programs)

    def get(self, variant: str) -> Parent:
        """The parent with this id. Raises `LookupError` for a variant without source."""
        return self._programs.get(variant)

    def has(self, variant: object) -> bool:
        """Whether the run has such a variant."""
        return variant in self._population.generations

    def can_be(self, variant: str) -> bool:
        """Whether it is a variant of the run that was graded."""
        return variant in self._population.lineage

    def keep(self, variant: VariantRecord, tree: Tree, records: Sequence[Record]) -> None:
        """Keep a variant that was just committed, with its records, at hand."""
        self._programs.keep(variant, tree, records)

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
            inspirations=self._inspirations(attempt, chosen),
            tried=tried,
            said=remarks,
            hints=self._hints(),
            above=frozenset(above),
            evidence=self._evidence.of,
            best=None if leader is None else self.get(leader),
            standing=self._population.standing(chosen),
        )

    def hear(self, decision: ReviewDecision) -> None:
        """Take in a person's decision about a variant: its status may have changed, and its remark counts."""
        self._programs.forget(decision.variant)
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
        near = [self.get(id).variant for id in above[:TRIED]]
        known = self._population
        others = [*known.leading(OTHERS), *reversed(known.latest_findings)]
        found = {one.id: one for one in (*children[:TRIED], *near)}
        elsewhere = [one for one in others if one.id not in found]
        return (*found.values(), *elsewhere[: 2 * OTHERS])

    def _is_telling(self, variant: VariantRecord) -> bool:
        return bool(variant.note or variant.reason or variant.id in self._remarks)
