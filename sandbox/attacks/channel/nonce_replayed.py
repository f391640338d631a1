"""An answer under the nonce of the call before"""

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
