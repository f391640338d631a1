"""Answers that are small each and too large in all"""

ENDS = ("violation",)
CALLS = 8


def attack(turn):
    return {f"{turn}": "x" * 900_000} if turn < 7 else {"eight of them": ""}
