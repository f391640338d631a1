"""A line on the result pipe during import"""

from tools import TAKEN, Channel

ENDS = ("violation",)

Channel().answer(TAKEN, b"0" * 16)


def attack():
    return {"a call after an early line": ""}
