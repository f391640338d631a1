"""Checks a packing of 26 circles in the unit square, in exact arithmetic, and adds up the radii."""

from __future__ import annotations

import math
from collections.abc import Sequence
from fractions import Fraction

from pygent.grading import Call, Graded, Problem

COUNT = 26
TOLERANCE = Fraction(1, 10**9)  # of a distance; worth less than 3e-8 in the sum of radii
TIGHT = 1e-6  # room below which a circle counts as touching something

Circle = tuple[Fraction, Fraction, Fraction]


def problems(seed: int, split: str, count: int) -> list[Problem]:
    """The task is the same whatever the seed."""
    return [Problem((Call(),))]


def grade(problem: Problem, answers: Sequence[object]) -> Graded:
    """The sum of radii, and which circles have room. Raises `ValueError` if the answer is not a packing."""
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
    return Graded({"radii": [float(sum(r for _, _, r in circles))]}, _words(circles))


def _words(circles: Sequence[Circle]) -> str:
    """What the packing leaves unused: circles that could grow where they are, and the empty area."""
    rooms = [_room(number, circles) for number in range(COUNT)]
    loose = sorted((number for number in range(COUNT) if rooms[number] > TIGHT), key=lambda n: -rooms[n])
    radii = sorted(float(r) for _, _, r in circles)
    empty = 1 - math.pi * sum(r * r for r in radii)
    grown = ", ".join(f"circle {number} by {rooms[number]:.2g}" for number in loose[:5])
    more = f" and {len(loose) - 5} more" if len(loose) > 5 else ""
    return f"{100 * empty:.1f} % of the square is empty; radii from {radii[0]:.4f} to {radii[-1]:.4f}. " + (
        f"Each alone could grow where it is: {grown}{more}." if loose else "No circle can grow where it is."
    )


def _room(number: int, circles: Sequence[Circle]) -> float:
    """By how much one circle could grow, the others and all centres unmoved."""
    x, y, r = map(float, circles[number])
    others = (map(float, one) for other, one in enumerate(circles) if other != number)
    gaps = (math.hypot(x - x2, y - y2) - r2 for x2, y2, r2 in others)
    return min(x, y, 1 - x, 1 - y, *gaps) - r


def _circle(number: int, one: object) -> Circle:
    if type(one) not in (tuple, list) or not isinstance(one, tuple | list) or len(one) != 3:
        raise ValueError(f"circle {number} is not a triple (x, y, r)")
    for value in one:
        if type(value) is not float or not math.isfinite(value):
            raise ValueError(f"circle {number}: {value!r:.40} is not a finite float")
    x, y, r = (Fraction(value) for value in one)
    if r <= 0:
        raise ValueError(f"circle {number} has no positive radius")
    return x, y, r
