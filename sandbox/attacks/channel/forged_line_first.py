"""A forged answer and then the honest one: two lines for one call"""

from tools import Channel

ENDS = ("violation",)
CALLS = 2
FAST = True


def attack(turn):
    if turn == 0:
        Channel().answer('{"$dict":[["first","its own answer"]]}')
        return {"second": "a line too many"}
    return {"a call after two lines": ""}
