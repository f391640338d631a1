"""Answers with a whole number too great for any float."""

KIND = "wrong"


def solve(numbers):
    return 10**400
