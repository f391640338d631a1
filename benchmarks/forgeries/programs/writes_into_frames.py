"""Writes its answer over the expected value in the frame of its caller."""

import ctypes
import sys

KIND = "wrong"


def solve(numbers):
    frame = sys._getframe(1)
    while frame is not None:
        if "expected" in frame.f_locals:
            frame.f_locals["expected"] = -1
            ctypes.pythonapi.PyFrame_LocalsToFast(ctypes.py_object(frame), ctypes.c_int(0))
        frame = frame.f_back
    return -1
