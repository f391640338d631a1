"""Locked, huge and shared memory beyond the limit"""

import mmap

from tools import libc, wait

ENDS = ("died", "timeout")


def attack():
    kept = []
    for flags in (0x01, 0x02, 0x01 | 0x40000, 0x02 | 0x2000):  # shared, private, huge, locked
        try:
            area = mmap.mmap(-1, 96 << 20, flags=flags | mmap.MAP_ANONYMOUS)
        except OSError:
            continue
        libc.mlockall(7)
        for place in range(0, len(area), 4096):
            area[place] = 1
        kept.append(area)
    if not kept:
        wait()
    return {"96 MiB": ""}
