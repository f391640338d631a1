"""Minus zero as an integer"""

from tools import send_and_wait

ENDS = ("violation",)


def attack():
    send_and_wait("-0")
