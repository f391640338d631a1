"""A neighbour's processes, found, signalled and looked into"""

import os
import signal

from tools import stopped


def attack():
    os.environ["PYGENT_MARK"] = "attack"
    if os.fork() == 0:
        signal.pause()
    return {"waits": "for the neighbour"}


def neighbour():
    own = os.getpid()
    seen = [name for name in os.listdir("/proc") if name.isdigit() and int(name) not in (1, own)]
    tried = {"seeing others": "none to see" if not seen else ""}
    reached = [pid for pid in range(2, 4000) if pid != own and not stopped(os.kill, pid, 0)]
    tried["signalling others"] = "none to signal" if not reached else ""
    tried["its group"] = stopped(os.killpg, own + 1, signal.SIGKILL)
    tried["all of them"] = stopped(os.kill, -1, signal.SIGKILL)
    return tried
