"""Select the variant to change next: by the Darwin Gödel Machine's rule, the best one, or any."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from math import exp, inf
from random import Random

from pygent.evolution.protocols import Candidate, Selector

SHARPNESS = 10.0  # lambda in the paper
MIDDLE = 0.5  # alpha_0 in the paper
EXPLOIT_PROBABILITY = 0.3  # the chance that a choice takes the best at once
REDRAWS = 8  # by the random selector, before it takes a variant that it would pass over


class FenwickTree:
    """A Fenwick (binary indexed) tree that appends, changes and draws by weight in O(log n)."""

    def __init__(self) -> None:
        self._sums: list[float] = [0.0]
        self._weights: list[float] = []

    def __len__(self) -> int:
        return len(self._weights)

    def append(self, weight: float) -> None:
        self._weights.append(weight)
        place = len(self._weights)
        total, below, low = weight, place - 1, place - (place & -place)
        while below > low:
            total += self._sums[below]
            below &= below - 1
        self._sums.append(total)

    def change(self, index: int, weight: float) -> None:
        difference = weight - self._weights[index]
        self._weights[index] = weight
        place = index + 1
        while place < len(self._sums):
            self._sums[place] += difference
            place += place & -place

    def replace(self, weights: list[float]) -> None:
        """Replace all weights, in O(n)."""
        self._weights = weights
        self._sums = [0.0, *weights]
        for place in range(1, len(self._sums)):
            above = place + (place & -place)
            if above < len(self._sums):
                self._sums[above] += self._sums[place]

    def draw(self, rng: Random) -> int:
        """An index, with a chance proportional to its weight. Raises `LookupError` if there is none."""
        size = len(self._weights)
        if not size:
            raise LookupError("no variant can be a parent yet")
        step = 1 << (size.bit_length() - 1)
        total, below, bit = 0.0, size, 0
        while below:
            total += self._sums[below]
            below &= below - 1
        mark = rng.random() * total
        while step:
            ahead = bit + step
            if ahead <= size and self._sums[ahead] <= mark:
                bit = ahead
                mark -= self._sums[ahead]
            step >>= 1
        return min(bit, size - 1)


class DgmSelector:
    """Prefers good variants and those with few children, which keeps the search open-ended.

    The rule of the Darwin Gödel Machine (Zhang et al. 2025, arXiv 2505.22954, appendix on parent
    selection), for a variant i with performance a_i in 0..1 and n_i children:

        s_i = 1 / (1 + exp(-lambda (a_i - alpha_0))),   h_i = 1 / (1 + n_i),   p_i = s_i h_i / sum s_j h_j

    with the paper's lambda = 10 and alpha_0 = 0.5. Four things are ours:

    - The paper's a_i is a share of solved tasks, but a metric may have any range. So a_i = 0.5 + 0.5 (f_i -
      f_baseline) / (f_best - f_baseline), clipped to 0..1: the baseline is at alpha_0, the best at 1. While
      nothing beats the baseline, the divisor is f_baseline - f_worst.
    - Variants of exactly the same fitness are one i, whose n_i counts the children of all. Most mutants
      behave like their parents; each would start without children, and code that nothing breaks would soon
      be the only choice. Among equals the k-th has a chance proportional to log(1 + 1/k): the first is
      usually the simplest.
    - 3 in 10 choices take the best at once. The paper's archive has 80 variants; one of thousands has so many
      levels of fitness that the best would hardly ever be changed.
    - An attempt that ends in a finding counts as one more child. After k findings about the best, only
      3 / (1 + k) in 10 choices take it at once.
    """

    def __init__(self) -> None:
        self._group_of: dict[str, int] = {}
        self._groups: dict[float, int] = {}
        self._members: list[list[str]] = []
        self._fitness: list[float] = []
        self._children: list[int] = []
        self._findings: list[int] = []
        self._weights = FenwickTree()
        self._worst = self._best = 0.0
        self._unit = 0.0  # the difference in fitness that half the range of a_i covers
        self._stale = False

    def add(self, member: Candidate) -> None:
        if member.variant in self._group_of:
            return
        group = self._groups.get(member.fitness)
        if group is None:
            group = self._groups[member.fitness] = len(self._members)
            self._open(member)
        else:
            self._members[group].append(member.variant)
            if len(self._members[group]) == 1:
                self._stand_anew()
        self._group_of[member.variant] = group

    def remove(self, variant: str) -> None:
        group = self._group_of.pop(variant, None)
        if group is None:
            return
        self._members[group].remove(variant)
        if not self._members[group]:
            self._stand_anew()

    def select(self, rng: Random) -> str:
        if self._stale:
            self._weights.replace([self._weight(group) for group in range(len(self._members))])
            self._stale = False
        eager = self._members and rng.random() < EXPLOIT_PROBABILITY * self._hope()
        members = self._members[self._groups[self._best] if eager else self._weights.draw(rng)]
        members = members or self._members[self._groups[self._best]]  # if rounding drew an empty group
        return members[int((len(members) + 1) ** rng.random()) - 1]

    def chosen(self, variant: str) -> None:
        group = self._group_of.get(variant)
        if group is not None:
            self._children[group] += 1
            self._weights.change(group, self._weight(group))

    def found_nothing(self, variant: str) -> None:
        self.chosen(variant)
        group = self._group_of.get(variant)
        if group is not None:
            self._findings[group] += 1

    def _hope(self) -> float:
        return kept_share(self._findings[self._groups[self._best]])

    def _open(self, member: Candidate) -> None:
        first, fitness = not self._fitness, member.fitness
        self._members.append([member.variant])
        self._fitness.append(fitness)
        self._children.append(0)
        self._findings.append(0)
        self._worst = fitness if first else min(self._worst, fitness)
        self._best = fitness if first else max(self._best, fitness)
        self._scale()
        self._weights.append(self._weight(len(self._fitness) - 1))

    def _stand_anew(self) -> None:
        """Recount everything after a group was emptied or refilled, which is rare."""
        there = [fitness for fitness, group in self._groups.items() if self._members[group]]
        self._worst, self._best = min(there, default=0.0), max(there, default=0.0)
        self._scale()
        self._stale = True

    def _scale(self) -> None:
        above, below = self._best - self._fitness[0], self._fitness[0] - self._worst
        unit = above if above > 0 else below
        if unit != self._unit:
            self._unit = unit
            self._stale = True

    def _weight(self, group: int) -> float:
        if not self._members[group]:
            return 0.0
        share = MIDDLE
        if self._unit > 0:
            share += 0.5 * (self._fitness[group] - self._fitness[0]) / self._unit
        return sigmoid(min(1.0, max(0.0, share))) / (1 + self._children[group])


def sigmoid(performance: float) -> float:
    """The paper's s_i for a performance in 0..1."""
    return 1.0 / (1.0 + exp(-SHARPNESS * (performance - MIDDLE)))


def kept_share(findings: int) -> float:
    """The share of its choices that a variant keeps after so many attempts on it ended in a finding."""
    return 1 / (1 + findings)


class BestSelector:
    """Selects the fittest variant; any of them if several are equally fit.

    After k attempts on a variant that ended in a finding, k in k + 1 choices pass it over for the next one.
    """

    def __init__(self) -> None:
        self._fitness: dict[str, float] = {}
        self._best: list[str] = []
        self._findings: Counter[str] = Counter()

    def add(self, member: Candidate) -> None:
        if member.variant in self._fitness:
            return
        self._fitness[member.variant] = member.fitness
        best = self._fitness[self._best[0]] if self._best else -inf
        if not self._best or member.fitness > best:
            self._best = [member.variant]
        elif member.fitness == best:
            self._best.append(member.variant)

    def remove(self, variant: str) -> None:
        if self._fitness.pop(variant, None) is None:
            return
        best = max(self._fitness.values(), default=-inf)
        self._best = [name for name, fitness in self._fitness.items() if fitness == best]

    def select(self, rng: Random) -> str:
        first = _any(self._best, rng)
        if not _passes_over(self._findings[first], rng):
            return first
        for name in sorted(self._fitness, key=self._fitness.__getitem__, reverse=True):
            if name != first and not _passes_over(self._findings[name], rng):
                return name
        return first

    def chosen(self, variant: str) -> None:
        """Do nothing: the best stays the best, whatever its children."""

    def found_nothing(self, variant: str) -> None:
        self._findings[variant] += 1


class RandomSelector:
    """Selects any variant with equal chance; a baseline for the other selectors.

    After k attempts on a variant that ended in a finding, its chance is 1 / (k + 1) of that.
    """

    def __init__(self) -> None:
        self._names: list[str] = []
        self._findings: Counter[str] = Counter()

    def add(self, member: Candidate) -> None:
        self._names.append(member.variant)

    def remove(self, variant: str) -> None:
        if variant in self._names:
            self._names.remove(variant)

    def select(self, rng: Random) -> str:
        for _ in range(REDRAWS):
            name = _any(self._names, rng)
            if not _passes_over(self._findings[name], rng):
                break
        return name

    def chosen(self, variant: str) -> None:
        """Do nothing: children make no difference."""

    def found_nothing(self, variant: str) -> None:
        self._findings[variant] += 1


def _passes_over(findings: int, rng: Random) -> bool:
    """Whether to take another variant. Without findings nothing is drawn."""
    return findings > 0 and rng.random() >= kept_share(findings)


def _any(names: list[str], rng: Random) -> str:
    if not names:
        raise LookupError("no variant can be a parent yet")
    return names[int(rng.random() * len(names))]


SELECTORS: Mapping[str, type[Selector]] = {
    "best": BestSelector,
    "dgm": DgmSelector,
    "random": RandomSelector,
}


def selector(name: str = "dgm") -> Selector:
    """A new selector by name. Raises `ValueError` that lists the names."""
    if name not in SELECTORS:
        raise ValueError(f"selector: there is no {name!r}; choose one of {', '.join(SELECTORS)}")
    return SELECTORS[name]()
