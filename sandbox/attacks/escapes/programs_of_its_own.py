"""The candidate's own program executed, mapped, or slipped into a new interpreter"""

import mmap
import os
import shutil
import sys

from tools import libc, stopped, writes

PYTHON = sys.executable or "/usr/local/bin/python3"


def attack():
    with open("/tmp/script", "w") as stream:
        stream.write("#!/bin/sh\ntouch /tmp/it-ran\n")
    os.chmod("/tmp/script", 0o4755)
    tried = {"script": stopped(os.execv, "/tmp/script", ["script"])}
    for name in ("/bin/true", "/usr/bin/true"):
        if os.path.exists(name):
            shutil.copy(name, "/tmp/true")
            os.chmod("/tmp/true", 0o4755)
            tried["program"] = stopped(os.execv, "/tmp/true", ["true"])
            break
    with open("/tmp/library.so", "wb") as stream:
        stream.write(b"\x7fELF" + b"\0" * 8192)
    descriptor = os.open("/tmp/library.so", os.O_RDWR)
    tried["executable mapping"] = stopped(
        mmap.mmap, descriptor, 4096, mmap.MAP_PRIVATE, mmap.PROT_READ | mmap.PROT_EXEC
    )
    tried["loaded library"] = "refused" if not libc.dlopen(b"/tmp/library.so", 2) else ""
    tried["the interpreter"] = writes(PYTHON)
    tried["a module of the interpreter"] = writes(os.__file__)
    return tried
