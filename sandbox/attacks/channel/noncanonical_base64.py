"""Bytes in base64 with stray bits"""

from tools import send_and_wait

ENDS = ("violation",)


def attack():
    send_and_wait('{"$bytes":"QQ=="}'.replace("QQ", "QR"))
