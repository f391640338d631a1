"""How far two texts are apart."""

from __future__ import annotations


def distance(a: str, b: str) -> int:
    """The Levenshtein distance: least insertions, deletions and substitutions to turn `a` into `b`."""
    rows = len(a) + 1
    columns = len(b) + 1
    matrix = [[0 for _ in range(columns)] for _ in range(rows)]
    for i in range(rows):
        matrix[i][0] = i
    for j in range(columns):
        matrix[0][j] = j
    for i in range(1, rows):
        for j in range(1, columns):
            cost = 0 if a[i - 1] == b[j - 1] else 1
            matrix[i][j] = min(
                matrix[i - 1][j] + 1,
                matrix[i][j - 1] + 1,
                matrix[i - 1][j - 1] + cost,
            )
    return matrix[rows - 1][columns - 1]
