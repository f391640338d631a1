"""An integer of the wrong form of hexadecimal"""

from tools import send_and_wait

ENDS = ("violation",)


def attack():
    send_and_wait('{"$int":"0X1F_FF"}')
