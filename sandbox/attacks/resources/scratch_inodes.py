"""Scratch space: more files, folders, links and pipes than allowed"""

import os
import shutil

from tools import stopped

MOST = 600


def fill(make):
    for number in range(MOST):
        make(f"{number}")


def attack():
    tried = {}
    for place in ("/tmp", "/dev/shm"):
        for make in (lambda n: open(n, "w").close(), os.mkdir, lambda n: os.symlink("/", n), os.mkfifo):
            os.mkdir(f"{place}/full")
            os.chdir(f"{place}/full")
            tried[f"{place} {len(tried)}"] = stopped(fill, make)
            os.chdir("/")
            shutil.rmtree(f"{place}/full")
        fill_links = f"{place}/links"
        os.mkdir(fill_links)
        os.chdir(fill_links)
        open("first", "w").close()
        tried[f"{place} hard links"] = stopped(fill, lambda n: os.link("first", n))
        os.chdir("/")
    return tried
