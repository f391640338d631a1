"""Where a search stands: which program leads, how many are better than one, what came of its children."""

from __future__ import annotations

from bisect import bisect_left, insort
from collections import Counter
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass, field

from pygent.archive.records import PARENTS, VariantRecord


@dataclass(frozen=True)
class SinceBest:
    """The attempts committed after a run's best program.

    `measured` of them got scores, from `low` to `high`; `ahead` have a better score than the best program,
    which leads because it was shown to be better.
    """

    attempts: int = 0
    measured: int = 0
    low: float | None = None
    high: float | None = None
    ahead: int = 0


@dataclass(frozen=True)
class Standing:
    """How one program stands among the others of its run.

    `programs` counts all that have a score, `better` those with a better score than this one. `children`
    counts the outcomes of attempts on it.
    """

    better: int = 0
    programs: int = 0
    children: Mapping[str, int] = field(default_factory=dict)
    since_best: SinceBest = SinceBest()


class Standings:
    """A pure function of the variants added, in the order of commits.

    Every proposal asks for it, so what it costs must not grow with the run: `of` looks at what is new since
    it was last asked, as long as the same program leads.
    """

    def __init__(self) -> None:
        self._graded: dict[str, tuple[float, int]] = {}  # fitness and place of possible parents
        self._ranking: list[tuple[float, int, str]] = []  # the same, best first: negated fitness, place, id
        self._children: dict[str, Counter[str]] = {}
        self._results: list[tuple[float, float] | None] = []  # score and fitness, by place in the order
        self._leader: str | None = None
        self._since = SinceBest()  # of this leader, as far as `_seen`
        self._seen = 0

    def add(self, variant: VariantRecord, fitness: float | None) -> None:
        score = variant.score
        place = len(self._results)
        self._results.append(None if score is None or fitness is None else (score, fitness))
        for parent in variant.parents:
            self._children.setdefault(parent, Counter())[str(variant.status)] += 1
        if fitness is not None and variant.status in PARENTS:
            self._graded[variant.id] = (fitness, place)
            insort(self._ranking, (-fitness, place, variant.id))

    def first(self, refused: Set[str]) -> str | None:
        """The id of the variant with the best score, the earliest of equals; None if there is none."""
        return next((id for _, _, id in self._ranking if id not in refused), None)

    def of(self, variant: str, leader: str | None, refused: Set[str]) -> Standing:
        out = [self._graded[id][0] for id in refused if id in self._graded]
        better = 0
        if variant in self._graded:
            fitness = self._graded[variant][0]
            better = bisect_left(self._ranking, (-fitness,)) - sum(one > fitness for one in out)
        return Standing(
            better=better,
            programs=len(self._ranking) - len(out),
            children=dict(self._children.get(variant, {})),
            since_best=self._since_best(leader),
        )

    def _since_best(self, leader: str | None) -> SinceBest:
        if leader is None:
            return SinceBest()
        to_beat, place = self._graded[leader]
        if leader != self._leader:
            self._leader, self._since, self._seen = leader, SinceBest(), place + 1
        self._since = _with(self._since, self._results[self._seen :], to_beat)
        self._seen = len(self._results)
        return self._since


def _with(since: SinceBest, results: Sequence[tuple[float, float] | None], to_beat: float) -> SinceBest:
    found = [result for result in results if result is not None]
    scores = [score for score, _ in found]
    return SinceBest(
        since.attempts + len(results),
        since.measured + len(found),
        min((one for one in (since.low, *scores) if one is not None), default=None),
        max((one for one in (since.high, *scores) if one is not None), default=None),
        since.ahead + sum(fitness > to_beat for _, fitness in found),
    )
