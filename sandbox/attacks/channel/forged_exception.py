"""An exception of a form that none has"""

from tools import TAKEN, Channel, wait

ENDS = ("violation",)


def attack():
    channel = Channel()
    channel.write(channel.nonce + b"!" + TAKEN.encode() + b"\n")
    wait()
