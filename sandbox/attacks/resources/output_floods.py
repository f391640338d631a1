"""Output floods on every descriptor that is open"""

import os

from tools import Channel

ENDS = ("violation", "timeout", "died")
FAST = True


def attack():
    result = Channel().result
    chunk = b"\x1b[2J\x07flood\xff\r" * 5000
    for _ in range(100):
        for descriptor in range(256):
            if descriptor != result:
                try:
                    os.set_blocking(descriptor, False)
                    os.write(descriptor, chunk)
                except OSError:
                    continue
    while True:
        os.write(result, chunk)
