"""Grades."""

from rules import BOUNDS, LATE, VERY_LATE


def grade(points, bonus, late, level):
    points = with_bonus(points) if bonus else points
    points = points - LATE.get(level, VERY_LATE) if late else points
    return next((letter for bound, letter in BOUNDS if points >= bound), "F")


def with_bonus(points):
    return points + 10 if points < 90 else 100
