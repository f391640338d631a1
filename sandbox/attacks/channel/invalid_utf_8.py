"""Bytes that are not text"""

from tools import send_and_wait

ENDS = ("violation",)


def attack():
    send_and_wait(b'"\xff\xfe\xed\xa0\x80"')
