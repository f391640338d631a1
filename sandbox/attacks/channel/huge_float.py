"""A float too large for any float"""

from tools import send_and_wait

ENDS = ("violation",)


def attack():
    send_and_wait("1e999")
