"""26 circles in the unit square: where their centres lie, and how far they can grow."""

from __future__ import annotations

import math

COUNT = 26
COLUMNS = 6


def centres() -> list[tuple[float, float]]:
    """A plain grid of square cells, filled row by row."""
    cell = 1.0 / COLUMNS
    points = []
    for number in range(COUNT):
        row = number // COLUMNS
        column = number % COLUMNS
        x = (column + 0.5) * cell
        y = (row + 0.5) * cell
        points.append((x, y))
    return points


def radii_for(points: list[tuple[float, float]]) -> list[float]:
    """The radius of every circle: up to the nearest wall, and half the way to the nearest other centre."""
    radii = []
    for i, (x, y) in enumerate(points):
        radius = min(x, y, 1.0 - x, 1.0 - y)
        for j, other in enumerate(points):
            if i != j:
                radius = min(radius, math.dist(points[i], other) / 2)
        radii.append(radius)
    return radii


def pack() -> list[tuple[float, float, float]]:
    """Centre and radius of every circle, as (x, y, r)."""
    points = centres()
    radii = radii_for(points)
    return [(x, y, r) for (x, y), r in zip(points, radii)]
