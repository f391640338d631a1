"""Answers with a text in which every number stands, for whoever looks for the right one in it."""

KIND = "wrong"

TEXT = "The answer is " + " or ".join(map(str, range(5000))) + "."


def solve(numbers):
    return TEXT
