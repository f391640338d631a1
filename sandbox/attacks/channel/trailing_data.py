"""A second value after the first"""

from tools import send_and_wait

ENDS = ("violation",)


def attack():
    send_and_wait("1 2")
