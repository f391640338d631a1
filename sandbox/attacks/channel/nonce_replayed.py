"""An answer under the previous call's nonce"""

from tools import TAKEN, Channel, wait

ENDS = ("violation",)
CALLS = 2
FAST = True
kept = []


def attack(turn):
    channel = Channel()
    if turn:
        channel.answer(TAKEN, kept[0])
        wait()
    kept.append(channel.nonce)
    return {"first": "honest"}
