"""Deep recursion without a limit, in Python and in C"""

import sys

ENDS = ("died", "raised", "timeout")


def down(inner):
    return down([inner])


def attack():
    sys.setrecursionlimit(1 << 30)
    nested = []
    for _ in range(500_000):
        nested = [nested]
    repr(nested)
    down(nested)
    return {"recursion without end": ""}
