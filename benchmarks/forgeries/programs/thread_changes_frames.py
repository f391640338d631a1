"""Has a thread that changes what the judge has counted, in its frame."""

import ctypes
import sys
import threading

KIND = "wrong"


def work():
    while True:
        for frame in sys._current_frames().values():
            while frame is not None:
                if "passed" in frame.f_locals:
                    frame.f_locals["passed"] = 6
                    ctypes.pythonapi.PyFrame_LocalsToFast(ctypes.py_object(frame), ctypes.c_int(0))
                frame = frame.f_back


threading.Thread(target=work, daemon=True).start()


def solve(numbers):
    for _ in range(200_000):
        pass
    return -1
