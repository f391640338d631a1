"""More CPU time than its share, by many processes"""

import os
import time

LIMITS = {"cpus": 0.5, "call_seconds": 2, "total_seconds": 3}


def attack():
    start = time.monotonic()
    for _ in range(6):
        if os.fork() == 0:
            while time.monotonic() < start + 1:
                pass
            os._exit(0)
    for _ in range(6):
        os.wait()
    used = os.times()
    share = (used.children_user + used.children_system) / (time.monotonic() - start)
    return {"more than its share": f"{share:.2f} of 0.5 CPU" if share < 0.8 else ""}
