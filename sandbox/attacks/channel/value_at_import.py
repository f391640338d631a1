"""A value in answer to being loaded"""

from tools import TAKEN, Channel, wait

ENDS = ("violation",)
Channel().answer(TAKEN)
wait(1)


def attack():
    return {"a call after a forged load": ""}
