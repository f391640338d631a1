"""Scratch folders locked against the next program, each in one way"""

import os

CALLS = 3


def attack(turn):
    os.chdir("/")
    os.chmod("/tmp", (0o500, 0, 0o1751)[turn])
    os.chmod("/dev/shm", (0o100, 0o7000, 0)[turn])
    return {f"turn {turn}": "left to what comes after"}


def later():
    ready = os.access("/tmp", os.W_OK | os.X_OK) and os.access("/dev/shm", os.W_OK | os.X_OK)
    return {"lock": "taken off" if ready else ""}
