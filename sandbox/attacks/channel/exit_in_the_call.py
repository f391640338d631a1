"""Exits of every kind, for a verdict by exit status"""

import atexit
import os
import sys

ENDS = ("died", "raised")


def attack():
    atexit.register(lambda: os._exit(0))
    sys.exit(0)
