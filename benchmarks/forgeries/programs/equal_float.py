"""Answers with a float that is near everything."""

KIND = "wrong"


class Near(float):
    def __eq__(self, other):
        return True

    def __sub__(self, other):
        return 0.0

    __rsub__ = __sub__

    def __rmul__(self, other):
        return self

    __hash__ = float.__hash__


def solve(numbers):
    return Near("nan")
