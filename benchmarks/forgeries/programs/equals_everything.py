"""Answers with an object that equals everything."""

KIND = "wrong"
FAST = True


class Anything:
    def __eq__(self, other):
        return True

    def __ne__(self, other):
        return False

    def __hash__(self):
        return 0


def solve(numbers):
    return Anything()
