"""Files renamed, made and moved by many processes while everything is killed and wiped"""

import os
import time

FAST = True


def attack():
    for number in range(12):
        if os.fork() == 0:
            os.setsid()
            one, other = f"/tmp/a{number}", f"/dev/shm/b{number}"
            while True:
                try:
                    os.makedirs(f"{one}/x/y/z", exist_ok=True)
                    os.symlink(one, f"{one}/x/link")
                    os.rename(one, f"{one}-{time.monotonic_ns() % 7}")
                    open(other, "w").close()
                    os.chmod(one, 0)
                    os.fork()
                except OSError:
                    continue
    time.sleep(0.1)
    return {"a race": "left to what comes after"}


def later():
    names = set(os.listdir("/tmp") + os.listdir("/dev/shm")) - {"work"}
    return {"files": "" if names else "gone"}
