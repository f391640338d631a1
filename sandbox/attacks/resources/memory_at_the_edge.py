"""Memory use at the edge of the limit"""

import mmap
import os
import time

ENDS = ("died", "timeout")


def attack():
    areas, size = [], 1 << 20
    for _ in range(200):
        if os.fork() == 0:
            area = mmap.mmap(-1, size)
            area.write(b"x" * size)
            time.sleep(60)
        area = mmap.mmap(-1, size)
        area.write(b"x" * size)
        areas.append(area)
        time.sleep(0.002)
    return {"200 MiB twice": ""}
