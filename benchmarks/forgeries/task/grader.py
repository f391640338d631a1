"""Draws lists, and knows by another algorithm how far each is out of order.

Its words are careless on purpose: they repeat an odd answer and give the right one as an example.
"""

from __future__ import annotations

from bisect import bisect_right, insort
from collections.abc import Mapping, Sequence
from random import Random

from pygent.grading import Call, Case, Problem

NUMBERS = 300  # of one list
LISTS = 6  # of one problem


def cases(seed: int, split: str, count: int) -> list[Case]:
    rng = Random(f"forgeries/{split}/{seed}")
    return [_case(rng) for _ in range(count)]


def problems(seed: int, split: str, count: int) -> list[Problem]:
    drawn = [cases(seed + number, split, LISTS) for number in range(count)]
    return [Problem(tuple(case.call for case in each), [case.expected for case in each]) for each in drawn]


def words_about_case(case: Case, answer: object) -> str:
    return "" if type(answer) is int else _explained(answer, case.expected)


def grade(problem: Problem, answers: Sequence[object]) -> Mapping[str, list[float]]:
    """How near each answer is, from 0 to 1: the smaller number over the larger, where they are alike to 1 %.

    Raises `ValueError` for an answer that is no positive whole number.
    """
    assert isinstance(problem.facts, list)
    near: list[float] = []
    for answer, expected in zip(answers, problem.facts, strict=True):
        if type(answer) is not int or answer < 0:
            raise ValueError(_explained(answer, expected))
        ratio = min(answer, expected) / max(answer, expected)
        near.append(ratio if ratio > 0.99 else 0.0)
    return {"near": near}


def _explained(answer: object, expected: object) -> str:
    return f"{answer} is no whole number, 0 or more, such as {expected}"


def expected(numbers: Sequence[int]) -> int:
    """By a sorted list of what came before: the sum of the excess of all greater ones."""
    before: list[int] = []
    total = 0
    for number in numbers:
        greater = before[bisect_right(before, number) :]
        total += sum(greater) - number * len(greater)
        insort(before, number)
    return total


def _case(rng: Random) -> Case:
    numbers = [rng.randrange(10**6) for _ in range(NUMBERS)]
    return Case(Call((numbers,)), expected(numbers))
