"""Select the parents of an attempt: one, or two to be fused."""

from __future__ import annotations

from dataclasses import replace
from random import Random

from pygent.evolution.protocols import OVER_A_SOURCE, Parent, SecondParent, Selector
from pygent.evolution.search.crossover import CrossoverSchedule, ParentPair
from pygent.evolution.search.parents import Parents
from pygent.evolution.search.under_way import UnderWay
from pygent.extensions import ExtensionError
from pygent.prompts.quote import line
from pygent.target_modules.spec.manifest import Target


class Selection:
    """Selects parents; called only on the loop's thread."""

    def __init__(
        self,
        target: Target,
        selector: Selector,
        parents: Parents,
        fusing: CrossoverSchedule,
        *,
        introduced: bool,
    ) -> None:
        """`introduced`: a model reads the parents, so they come with all that is known about them."""
        self._target = target
        self._selector = selector
        self._parents = parents
        self._fusing = fusing
        self._introduced = introduced
        self.under_way = UnderWay()

    def select(self, attempt: int, rng: Random, recorded: tuple[str, ...] = ()) -> Parent:
        """The parent of an attempt, or the parents.

        `recorded` are those that it was given before, by an earlier session or in the run that is replayed:
        it keeps them, unless one of them cannot be a parent here.
        """
        kept = recorded if all(map(self._parents.can_be, recorded)) else ()
        pair = self._fusing.again(kept) if kept else self._fusing.pair(attempt)
        if pair is not None:
            fused = self._fused(pair)
            self.under_way.begin(attempt, fused.variant.id)
            return fused
        drawn = self._chosen(rng)  # also if it is not used: the proposer draws from the same generator
        chosen = kept[0] if kept else drawn
        self._selector.chosen(chosen)
        parent = self._parents.get(chosen)
        beside = self.under_way.begin(attempt, chosen)
        if not self._introduced:
            return parent
        return replace(self._parents.introduced(parent, attempt), beside=beside)

    def _chosen(self, rng: Random) -> str:
        """The selector's choice. Raises `ExtensionError` if it fails, or names no variant of the run."""
        name = type(self._selector).__name__
        try:
            chosen = self._selector.select(rng)
        except OVER_A_SOURCE as error:
            raise ExtensionError(f"selector {name}: select failed: {line(repr(error))}") from error
        if not self._parents.has(chosen):
            raise ExtensionError(
                f"selector {name}: select returned {line(repr(chosen))}, which is no variant of this run"
            )
        return chosen

    def repeat(self, attempt: int, parents: tuple[str, ...]) -> None:
        """Replay the selection of an archived attempt, which had these parents."""
        for parent in parents:
            self._selector.chosen(parent)
        if parents:
            self.under_way.begin(attempt, parents[0])

    def _fused(self, pair: ParentPair) -> Parent:
        """The better of the two comes first: gate and comparison measure against the first parent."""
        found = [self._parents.get(variant) for variant in (pair.one, pair.other)]
        better, other = sorted(found, key=self._fitness, reverse=True)
        for parent in (better, other):
            self._selector.chosen(parent.variant.id)
        return replace(
            better, mate=SecondParent(other.variant, other.tree, self._parents.get(pair.base).tree)
        )

    def _fitness(self, parent: Parent) -> float:
        assert parent.variant.score is not None  # selectors hold only graded variants
        return self._target.fitness(parent.variant.score)
