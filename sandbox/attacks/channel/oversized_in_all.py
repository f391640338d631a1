"""Answers that are each small and too large in total"""

ENDS = ("violation",)
CALLS = 8


def attack(turn):
    return {f"{turn}": "x" * 900_000} if turn < 7 else {"eight of them": ""}
