"""Tagged values nested beyond the limit"""

from tools import send_and_wait

ENDS = ("violation",)


def attack():
    send_and_wait('{"$tuple":[' * 20_000 + "1" + "]}" * 20_000)
