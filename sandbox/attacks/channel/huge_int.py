"""An integer with a million digits"""

from tools import send_and_wait

ENDS = ("violation",)


def attack():
    send_and_wait("9" * 900_000)
