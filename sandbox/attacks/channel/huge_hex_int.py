"""An integer in the wrong hexadecimal form"""

from tools import send_and_wait

ENDS = ("violation",)


def attack():
    send_and_wait('{"$int":"0X1F_FF"}')
