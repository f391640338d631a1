"""The commonest words."""

from counting import counts
from words import words


def report(text, top):
    every = words(text)
    ordered = sorted(counts(every), key=lambda one: (-one[1], one[0]))
    return [[word, number, round(100 * number / len(every), 2)] for word, number in ordered[:top]]
