"""Python in place of JSON"""

from tools import send_and_wait

ENDS = ("violation",)


def attack():
    send_and_wait("__import__('os').system('id')")
