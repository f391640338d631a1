"""Where a search stands: which program leads, how many are better than one, what came of its children."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Set
from dataclasses import dataclass, field

from pygent.archive.records import PARENTS, VariantRecord


@dataclass(frozen=True)
class Standing:
    """How one program stands among the others of its run.

    `programs` counts all that have a score, `better` those with a better score than this one. `children`
    counts the outcomes of attempts on it. `since_best` counts the attempts committed after the leader's,
    `scores` are those of them that were graded.
    """

    better: int = 0
    programs: int = 0
    children: Mapping[str, int] = field(default_factory=dict)
    since_best: int = 0
    scores: tuple[float, ...] = ()


class Standings:
    """A pure function of the variants added, in the order of attempts."""

    def __init__(self) -> None:
        self._graded: dict[str, tuple[float, int]] = {}  # fitness and attempt of possible parents
        self._children: dict[str, Counter[str]] = {}
        self._scores: list[float | None] = []  # by attempt

    def add(self, variant: VariantRecord, fitness: float | None) -> None:
        self._scores.append(variant.score)
        for parent in variant.parents:
            self._children.setdefault(parent, Counter())[str(variant.status)] += 1
        if fitness is not None and variant.status in PARENTS:
            self._graded[variant.id] = (fitness, variant.attempt)

    def first(self, refused: Set[str]) -> str | None:
        """The id of the variant with the best score, the earliest of equals; None if there is none."""
        there = [id for id in self._graded if id not in refused]
        return max(there, key=lambda id: self._graded[id][0], default=None)

    def of(self, variant: str, leader: str | None, refused: Set[str]) -> Standing:
        fitness = self._graded[variant][0] if variant in self._graded else None
        others = [one for id, (one, _) in self._graded.items() if id not in refused]
        since = self._scores[self._graded[leader][1] + 1 :] if leader is not None else []
        return Standing(
            better=0 if fitness is None else sum(one > fitness for one in others),
            programs=len(others),
            children=dict(self._children.get(variant, {})),
            since_best=len(since),
            scores=tuple(score for score in since if score is not None),
        )
