"""A dict with keys that are equal: 1, 1.0 and True"""

from tools import send_and_wait

ENDS = ("violation",)


def attack():
    send_and_wait('{"$dict":[[1,"x"],[1.0,"y"],[true,""]]}')
