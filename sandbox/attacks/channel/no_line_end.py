"""An answer that never ends its line"""

from tools import Channel, wait

ENDS = ("timeout",)


def attack():
    channel = Channel()
    channel.write(channel.nonce + b'={"$dict":[["a line without an end",""]]}')
    wait()
