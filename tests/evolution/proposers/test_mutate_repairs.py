"""Mutation and selection together: planted bugs of a few kinds are repaired within 1,000 evaluations."""

from __future__ import annotations

from random import Random
from typing import Any

import pytest

from pygent.evolution.proposers.mutate import MutateProposer
from pygent.evolution.protocols import Candidate
from pygent.evolution.search.selectors import selector
from pygent.target_modules.patch.model.tree import Tree

EVALUATIONS = 1000

Cases = list[tuple[tuple[Any, ...], Any]]

# No loop of these can be made endless by a mutant: they run in this process.
BUGS: dict[str, tuple[str, Cases]] = {
    "swapped arguments": (
        "def clamp(value, low, high):\n    return max(low, min(value, high))\n\n\n"
        "def f(value, low, high):\n    inside = clamp(low, value, high)\n"
        "    return (inside - low) / (high - low)\n",
        [((5, 0, 10), 0.5), ((-3, 0, 10), 0.0), ((15, 0, 10), 1.0), ((3, 2, 6), 0.25), ((7, 2, 6), 1.0)],
    ),
    "wrong operator": (
        "def f(income):\n    owed = 0.0\n    if income > 1000:\n        owed += (income + 1000) * 0.2\n"
        "    return owed\n",
        [((0,), 0.0), ((1000,), 0.0), ((1500,), 100.0), ((3000,), 400.0)],
    ),
    "or for and": (
        "def f(year):\n    return year % 4 == 0 or (year % 100 != 0 or year % 400 == 0)\n",
        [((year,), bool(leap)) for year, leap in ((1900, 0), (2000, 1), (2004, 1), (2001, 0), (2100, 0))],
    ),
    "off by one": (
        "def f(limit):\n    total = 0\n    for number in range(limit):\n        total += number\n"
        "    return total\n",
        [((0,), 0), ((1,), 1), ((3,), 6), ((10,), 55)],
    ),
    "missing guard": (
        "def f(values, default):\n    total = 0\n    for value in values:\n        total += value\n"
        "    return total / len(values)\n",
        [(([], 0.0), 0.0), (([], -1.0), -1.0), (([2, 4], 0.0), 3.0), (([5], 1.0), 5.0), (([], 7.0), 7.0)],
    ),
}


def passed(source: str, cases: Cases) -> float:
    """The share of cases that a module's `f` answers as expected."""
    space: dict[str, Any] = {}
    try:
        exec(source, space)
    except (NameError, TypeError, ValueError, ArithmeticError, RecursionError):
        return 0.0
    right = 0
    for args, expected in cases:
        try:
            right += bool(space["f"](*args) == expected)
        except (
            NameError,
            TypeError,
            ValueError,
            ArithmeticError,
            LookupError,
            AttributeError,
            RecursionError,
        ):
            continue
    return right / len(cases)


def evaluations_to_repair(source: str, cases: Cases, seed: int) -> int | None:
    """How many variants were tried until all cases passed; None where the budget ended first."""
    rng, proposer, chooser = Random(seed), MutateProposer(), selector("dgm")
    trees = {(start := Tree({"m.py": source})).id: start}
    seen = {start.id}
    chooser.add(Candidate(start.id, passed(source, cases)))
    for number in range(1, EVALUATIONS + 1):
        parent = chooser.select(rng)
        chooser.chosen(parent)
        child = proposer.mutate(trees[parent], ("m.py",), rng, seen.__contains__).tree
        if child is None:
            continue  # everything near this parent was tried
        seen.add(child.id)
        score = passed(child["m.py"], cases)
        if score == 1.0:
            return number
        trees[child.id] = child
        chooser.add(Candidate(child.id, score))
    return None


@pytest.mark.parametrize("name", BUGS)
def test_repairs_a_planted_bug(name: str) -> None:
    source, cases = BUGS[name]
    assert passed(source, cases) < 1.0
    assert any(evaluations_to_repair(source, cases, seed) is not None for seed in range(5))
