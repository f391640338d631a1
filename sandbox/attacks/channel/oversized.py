"""An answer that is larger than any may be"""

from tools import Channel, wait

ENDS = ("violation",)
FAST = True


def attack():
    channel = Channel()
    channel.answer('{"$dict":[["an oversized answer",""]]' + " " * (2 << 20) + "}")
    wait()
