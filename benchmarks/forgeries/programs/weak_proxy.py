"""Answers with a weak proxy of an object that equals everything."""

import weakref

KIND = "wrong"


class Anything:
    def __eq__(self, other):
        return True

    def __rmul__(self, other):
        return self

    __hash__ = None


kept = Anything()


def solve(numbers):
    return weakref.proxy(kept)
