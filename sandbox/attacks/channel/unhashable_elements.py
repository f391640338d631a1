"""A set with a list in it"""

from tools import send_and_wait

ENDS = ("violation",)


def attack():
    send_and_wait('{"$set":[[1]]}')
