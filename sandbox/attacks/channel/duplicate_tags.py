"""An object with its tag twice"""

from tools import send_and_wait

ENDS = ("violation",)


def attack():
    send_and_wait('{"$dict":[],"$dict":[["a",""]]}')
