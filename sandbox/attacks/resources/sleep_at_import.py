"""Sleeping for ever while it is imported"""

import sys

from tools import wait

ENDS = ("timeout",)
LIMITS = {"load_seconds": 0.5}

if "__main__" != __name__:
    sys.setrecursionlimit(50)
    wait()


def attack():
    return {"being called": ""}
