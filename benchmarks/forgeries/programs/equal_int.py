"""Answers with an int that equals everything."""

KIND = "wrong"
FAST = True


class Equal(int):
    def __eq__(self, other):
        return True

    def __ne__(self, other):
        return False

    __hash__ = int.__hash__

    def __rmul__(self, other):
        return self


def solve(numbers):
    return Equal(-1)
