"""Signals to PID 1 by way of the owner of a pipe, a lease and a terminal"""

import fcntl
import os

from tools import stopped


def attack():
    read, write = os.pipe()
    for number in range(65):
        stopped(fcntl.fcntl, read, fcntl.F_SETOWN, 1)
        stopped(fcntl.fcntl, read, 10, number)  # F_SETSIG
        stopped(fcntl.fcntl, read, fcntl.F_SETFL, os.O_ASYNC | os.O_NONBLOCK)
        stopped(os.write, write, b"x")
        stopped(os.read, read, 9)
    try:
        with open("/proc/1/stat") as stream:
            state = stream.read().rpartition(")")[2].split()[0]
    except FileNotFoundError:  # the next evaluation tells
        return {"looking at PID 1": "ENOENT"}
    return {"stopping PID 1": "alive" if state in "SR" else ""}
