"""Answers with a dict and a list that are others when they are walked a second time."""

KIND = "wrong"


class Walked(dict):
    walks = 0

    def items(self):
        Walked.walks += 1
        return [("$int", hex(Walked.walks))]

    def __iter__(self):
        return iter(["$int"])

    def __eq__(self, other):
        return True

    __hash__ = None


def solve(numbers):
    return Walked()
