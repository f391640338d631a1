"""A dict with a key twice"""

from tools import send_and_wait

ENDS = ("violation",)
FAST = True


def attack():
    send_and_wait('{"$dict":[["a","x"],["a",""]]}')
