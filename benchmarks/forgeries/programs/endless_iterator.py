"""Answers with an iterator that would yield every number, the right one among them."""

import itertools

KIND = "wrong"


class Endless:
    def __iter__(self):
        return itertools.count()

    def __contains__(self, other):
        return True

    def __eq__(self, other):
        return other in self


def solve(numbers):
    return Endless()
