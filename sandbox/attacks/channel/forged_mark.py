"""A line marked as neither a value nor an exception"""

from tools import TAKEN, Channel, wait

ENDS = ("violation",)


def attack():
    channel = Channel()
    channel.write(channel.nonce + b"?" + TAKEN.encode() + b"\n")
    wait()
