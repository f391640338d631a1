"""How often."""

from collections import Counter


def counts(words):
    return list(Counter(words).items())
