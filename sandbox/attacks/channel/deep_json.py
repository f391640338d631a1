"""JSON nested beyond any stack"""

from tools import send_and_wait

ENDS = ("violation",)
FAST = True


def attack():
    send_and_wait("[" * 300_000 + "]" * 300_000)
