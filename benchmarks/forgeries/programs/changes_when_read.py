"""Answers with a number that is another one each time it is read."""

KIND = "wrong"


class Changing(int):
    reads = 0

    def _read(self, other=None):
        Changing.reads += 1
        return other if isinstance(other, int) and type(other) is int else Changing.reads

    def __eq__(self, other):
        return int(self._read(other)) == other

    __index__ = __int__ = __repr__ = _read
    __hash__ = int.__hash__

    def __str__(self):
        return str(self._read())

    def __rmul__(self, other):
        return self


def solve(numbers):
    return Changing(-1)
