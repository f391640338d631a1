"""A daemon by setsid and double fork that ignores signals"""

import os
import signal
import time

FAST = True


def attack():
    if os.fork() == 0:
        os.setsid()
        if os.fork() == 0:
            for number in range(1, 65):
                try:
                    signal.signal(number, signal.SIG_IGN)
                except (OSError, ValueError):
                    continue
            while True:
                time.sleep(0.001)
                with open("/tmp/daemon", "a") as stream:
                    stream.write("x")
        os._exit(0)
    os.wait()
    time.sleep(0.05)
    return {"outliving the evaluation": "left to what comes after"}


def later():
    others = [n for n in os.listdir("/proc") if n.isdigit() and int(n) not in (1, os.getpid())]
    return {"daemon": "" if others else "gone", "its file": "" if os.path.exists("/tmp/daemon") else "gone"}
