"""NaN and infinities as bare words"""

from tools import send_and_wait

ENDS = ("violation",)


def attack():
    send_and_wait("[NaN,Infinity,-Infinity]")
