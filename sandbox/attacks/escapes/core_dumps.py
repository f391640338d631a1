"""A core dump, wherever the kernel is told to put it"""

import os
import resource
import signal
import time

from tools import stopped


def attack():
    tried = {"larger cores": stopped(resource.setrlimit, resource.RLIMIT_CORE, (1 << 20, 1 << 20))}
    pid = os.fork()
    if pid == 0:
        signal.signal(signal.SIGABRT, signal.SIG_DFL)
        os.chdir("/tmp")
        os.abort()
    _, status = os.waitpid(pid, 0)
    time.sleep(0.01)
    cores = [name for name in os.listdir("/tmp") if "core" in name]
    tried["core"] = "" if cores or os.WCOREDUMP(status) else "none"
    return tried
