"""Sparse files, and a mapping of one written beyond the free space"""

import mmap
import os

from tools import stopped

ENDS = ("died",)


def attack():
    size = 3 << 20
    for number in range(4):
        with open(f"/tmp/sparse{number}", "w+b") as stream:
            error = stopped(os.truncate, stream.fileno(), size)
            if error:
                return {"sparse file": error}
            area = mmap.mmap(stream.fileno(), size)
            for place in range(0, size, 4096):
                area[place] = 1
    return {"12 MiB by mappings of sparse files": ""}
