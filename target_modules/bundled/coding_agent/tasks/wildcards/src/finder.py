"""Names that fit."""

from patterns import compiled


def find(names, pattern):
    fits = compiled(pattern)
    return [name for name in names if fits.match(name)]
