"""Thread bomb"""

import threading
import time

from tools import stopped


def attack():
    tried = {}
    for number in range(2000):
        error = stopped(threading.Thread(target=time.sleep, args=(60,), daemon=True).start)
        if error:
            tried["2000 threads"] = f"{error} after {number}"
            break
    return tried or {"2000 threads": ""}
