"""Scratch space: more bytes than allowed, written, allocated, and by sendfile"""

import os

from tools import stopped

FAST = True
MOST = 8 << 20


def write(path):
    with open(path, "wb", buffering=0) as stream:
        size = 0
        while size < MOST:
            size += stream.write(b"x" * 65536)


def allocate(path):
    with open(path, "wb") as stream:
        os.posix_fallocate(stream.fileno(), 0, MOST)


def send(path):
    with open("/dev/zero", "rb") as source, open(path, "wb") as stream:
        size = 0
        while size < MOST:
            size += os.sendfile(stream.fileno(), source.fileno(), None, 65536)


def many(folder):
    for number in range(MOST >> 16):
        with open(f"{folder}/{number}", "wb") as stream:
            stream.write(b"x" * 65536)


def attack():
    tried = {}
    for place in ("/tmp", "/dev/shm"):
        for way in (write, allocate, send):
            tried[f"{way.__name__} {place}"] = stopped(way, f"{place}/big")
            os.unlink(f"{place}/big")
        os.mkdir(f"{place}/many")
        tried[f"many files in {place}"] = stopped(many, f"{place}/many")
        for name in os.listdir(f"{place}/many"):
            os.unlink(f"{place}/many/{name}")
    return tried
