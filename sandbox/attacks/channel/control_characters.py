"""Raw control characters in a text"""

from tools import send_and_wait

ENDS = ("violation",)


def attack():
    send_and_wait('"\x1b[2J\x00\x07"')
