"""Answers with an object that says that its class is int."""

KIND = "wrong"


class Liar:
    @property
    def __class__(self):
        return int

    def __eq__(self, other):
        return True

    def __index__(self):
        return -1

    __int__ = __index__
    __hash__ = None

    def __rmul__(self, other):
        return self


def solve(numbers):
    return Liar()
