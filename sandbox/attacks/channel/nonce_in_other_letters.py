"""An answer whose nonce is in capitals, has other digits, or is cut"""

from tools import TAKEN, Channel, wait

ENDS = ("violation",)


def attack():
    channel = Channel()
    channel.write(channel.nonce[:15] + b"=" + TAKEN.encode() + b"\n")
    wait()
