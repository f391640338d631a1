"""An exception in a form that no real one has"""

from tools import TAKEN, Channel, wait

ENDS = ("violation",)


def attack():
    channel = Channel()
    channel.write(channel.nonce + b"!" + TAKEN.encode() + b"\n")
    wait()
