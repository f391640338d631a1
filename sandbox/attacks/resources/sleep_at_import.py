"""Sleeping forever during import"""

import sys

from tools import wait

ENDS = ("timeout",)
LIMITS = {"load_seconds": 0.25}

sys.setrecursionlimit(200)
wait()


def attack():
    return {"being called": ""}
