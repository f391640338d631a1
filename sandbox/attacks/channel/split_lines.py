"""A line in pieces, with one piece too many"""

import time

from tools import Channel, wait

ENDS = ("violation",)


def attack():
    channel = Channel()
    line = channel.nonce + b'={"$dict":[["a piece too many",""]]}\n{'
    for byte in line[:-2]:
        channel.write(bytes([byte]))
        time.sleep(0.001)
    channel.write(line[-2:])
    wait()
