"""An answer larger than the limit"""

from tools import Channel, wait

ENDS = ("violation",)
FAST = True


def attack():
    channel = Channel()
    channel.answer('{"$dict":[["an oversized answer",""]]' + " " * (2 << 20) + "}")
    wait()
