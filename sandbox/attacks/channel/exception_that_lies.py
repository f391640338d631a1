"""An exception whose text and class raise, loop and exit when asked"""

import os

ENDS = ("died", "raised", "timeout")


class Lie(BaseException):
    @property
    def __traceback__(self):
        os._exit(0)

    def __str__(self):
        raise SystemExit(0)

    __repr__ = __str__


Lie.__qualname__ = "x" * (1 << 16)


def attack():
    raise Lie
