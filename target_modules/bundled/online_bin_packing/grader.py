"""Draws instances of online bin packing, replays a variant's choices, and counts the bins."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from random import Random

from pygent.grading import Call, Graded, Problem

ITEMS = 300  # of each instance
EACH = 20  # instances of each family in one problem


@dataclass(frozen=True)
class Instance:
    family: str
    capacity: int
    items: tuple[int, ...]


@dataclass(frozen=True)
class Packing:
    """The room left in each bin, the smallest item, the lower bound on bins, and a bin's capacity."""

    rooms: Sequence[int]
    smallest: int
    least: int
    capacity: int


def problems(seed: int, split: str, count: int) -> list[Problem]:
    """Problems of 40 instances each, packed in lock step: call t carries the item t of every instance.

    Problem i depends on seed, split and i alone, so that more problems begin with the same ones.
    """
    return [_problem(Random(f"online_bin_packing/{split}/{seed}/{number}")) for number in range(count)]


def grade(problem: Problem, answers: Sequence[object]) -> Graded:
    """Bins above the L1 lower bound, in percent, per instance; of the first items, if answers are fewer.

    The words say where the waste is. Raises `ValueError` for an invalid packing.
    """
    instances = problem.facts
    assert isinstance(instances, tuple)
    for step, answer in enumerate(answers):
        if type(answer) is not list or len(answer) != len(instances) or set(map(type, answer)) != {int}:
            raise ValueError(f"step {step}: the answer must be a list of {len(instances)} ints")
    samples: dict[str, list[float]] = {"excess": [], "excess_uniform": [], "excess_weibull": []}
    packings: dict[str, list[Packing]] = {"uniform": [], "weibull": []}
    columns = zip(*answers, strict=True)  # type: ignore[call-overload]
    for number, (instance, choices) in enumerate(zip(instances, columns, strict=True)):
        items = instance.items[: len(answers)]
        least = -(-sum(items) // instance.capacity)
        try:
            rooms = _rooms(items, choices, instance.capacity)
        except ValueError as error:
            raise ValueError(f"instance {number}: {error}") from None
        excess = 100.0 * (len(rooms) - least) / least
        samples["excess"].append(excess)
        samples[f"excess_{instance.family}"].append(excess)
        packings[instance.family].append(Packing(rooms, min(items), least, instance.capacity))
    words = (_words(family, packed) for family, packed in packings.items() if packed)
    return Graded(samples, " ".join(words))


def _words(family: str, packings: Sequence[Packing]) -> str:
    """How much of the excess lies in gaps too small for any item, and in room that an item would fit into."""
    excess, closed, rounding, shut = (_mean(shares) for shares in zip(*map(_shares, packings), strict=True))
    return (
        f"{family}: of {excess:.1f} % excess, {closed:.1f} are closed gaps (room that the smallest item does "
        f"not fit into) and {excess - closed + rounding:.1f} room still open at the end, less {rounding:.1f} "
        f"by which the bound is rounded up; {shut:.0f} % of the bins are closed."
    )


def _shares(packing: Packing) -> tuple[float, float, float, float]:
    """Excess, closed gaps and the bound's rounding, in percent of the bound; closed bins in percent."""
    gaps = [room for room in packing.rooms if room < packing.smallest]
    percent = 100.0 / packing.least
    excess = len(packing.rooms) - packing.least
    rounding = sum(packing.rooms) / packing.capacity - excess
    closed = sum(gaps) / packing.capacity
    return percent * excess, percent * closed, percent * rounding, 100.0 * len(gaps) / len(packing.rooms)


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values)


def _rooms(items: Sequence[int], choices: Sequence[int], capacity: int) -> list[int]:
    """The room left in each bin of a packing; a choice is the index of an open bin, or the next one."""
    rooms: list[int] = []
    for step, (item, choice) in enumerate(zip(items, choices, strict=True)):
        if choice == len(rooms):
            rooms.append(capacity - item)
            continue
        if not 0 <= choice < len(rooms):
            raise ValueError(f"step {step}: bin {choice:#x} is neither open nor the next to open")
        rooms[choice] -= item
        if rooms[choice] < 0:
            raise ValueError(f"step {step}: bin {choice} is too full")
    return rooms


def _problem(rng: Random) -> Problem:
    instances = tuple(_uniform(rng) if number % 2 == 0 else _weibull(rng) for number in range(2 * EACH))
    steps = [[instance.items[step] for instance in instances] for step in range(ITEMS)]
    first = Call(args=(steps[0],), kwargs={"capacities": [instance.capacity for instance in instances]})
    return Problem((first, *(Call(args=(items,)) for items in steps[1:])), instances)


def _uniform(rng: Random) -> Instance:
    """As the bpp1 to bpp4 sets of the OR-Library (Falkenauer 1996): sizes uniform in 20..100, bins of 150."""
    return Instance("uniform", 150, tuple(rng.randint(20, 100) for _ in range(ITEMS)))


def _weibull(rng: Random) -> Instance:
    """As in the FunSearch paper: Weibull sizes (scale 45, shape 3), whole, within 1..100, bins of 100."""
    sizes = (min(100, max(1, round(rng.weibullvariate(45, 3)))) for _ in range(ITEMS))
    return Instance("weibull", 100, tuple(sizes))
