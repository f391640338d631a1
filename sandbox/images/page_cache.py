"""Read every file of a box once, so that no file is faster to read because an earlier box read it.

The page cache is the host's, and all boxes of an image share it: a candidate could leave a bit in each file
that nobody has read yet. In timed boxes the filter refuses the calls that make the kernel forget files.
"""

from __future__ import annotations

from pygent.sandbox.api import Program

_SOURCE = '''\
import os

_OTHERS = {"/proc", "/sys", "/dev", "/tmp"}


def read():
    """How many bytes there are."""
    total = 0
    buffer = bytearray(1 << 20)
    for folder, inner, names in os.walk("/"):
        inner[:] = [name for name in inner if os.path.join(folder, name) not in _OTHERS]
        for name in names:
            path = os.path.join(folder, name)
            if not os.path.isfile(path):
                continue
            try:
                with open(path, "rb", buffering=0) as stream:
                    while count := stream.readinto(buffer):
                        total += count
            except OSError:
                continue
    return total
'''

READ_ALL = Program({"reading.py": _SOURCE}, "reading:read")
