"""Kernel memory: scratch space filled, then pipes filled by ten processes"""

import os

from tools import wait

ENDS = ("died", "timeout")


def attack():
    for place in ("/tmp/x", "/dev/shm/x"):
        with open(place, "wb", 0) as stream:
            try:
                while True:
                    stream.write(b"x" * 65536)
            except OSError:
                pass
    for _ in range(10):
        if os.fork() == 0:
            break
    pipes = []
    try:
        while True:
            pipes.append(os.pipe())
            os.set_blocking(pipes[-1][1], False)
            try:
                while True:
                    os.write(pipes[-1][1], b"x" * 4096)
            except OSError:
                pass
    except OSError:
        pass
    wait()
