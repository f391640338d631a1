"""Checks a packing of 26 circles in the unit square, in exact arithmetic, and adds up the radii."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from fractions import Fraction

from pygent.grading import Call, Problem

COUNT = 26
TOLERANCE = Fraction(1, 10**9)  # of a distance; worth less than 3e-8 in the sum of radii


def problems(seed: int, split: str, count: int) -> list[Problem]:
    """The task is the same whatever the seed."""
    return [Problem((Call(),))]


def grade(problem: Problem, answers: Sequence[object]) -> Mapping[str, list[float]]:
    """The sum of radii. Raises `ValueError` where the answer is not a packing."""
    (answer,) = answers
    if type(answer) is not list or len(answer) != COUNT:
        raise ValueError(f"the answer must be a list of {COUNT} circles")
    circles = [_circle(number, one) for number, one in enumerate(answer)]
    for number, (x, y, r) in enumerate(circles):
        if not (r - TOLERANCE <= x <= 1 - r + TOLERANCE and r - TOLERANCE <= y <= 1 - r + TOLERANCE):
            raise ValueError(f"circle {number} is not within the square")
        for other in range(number):
            x2, y2, r2 = circles[other]
            reach = r + r2 - TOLERANCE
            if reach > 0 and (x - x2) ** 2 + (y - y2) ** 2 < reach**2:
                raise ValueError(f"circles {other} and {number} overlap")
    return {"radii": [float(sum(r for _, _, r in circles))]}


def _circle(number: int, one: object) -> tuple[Fraction, Fraction, Fraction]:
    if type(one) not in (tuple, list) or not isinstance(one, tuple | list) or len(one) != 3:
        raise ValueError(f"circle {number} is not a triple (x, y, r)")
    for value in one:
        if type(value) is not float or not math.isfinite(value):
            raise ValueError(f"circle {number}: {value!r:.40} is not a finite float")
    x, y, r = (Fraction(value) for value in one)
    if r <= 0:
        raise ValueError(f"circle {number} has no positive radius")
    return x, y, r
