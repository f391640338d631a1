"""Defines `zip`, `sum`, `range` and `len` anew in every module that imports it."""

import sys

KIND = "wrong"


class Nothing(int):
    def __truediv__(self, other):
        return 1.0

    def __rtruediv__(self, other):
        return 1.0


frame = sys._getframe()
while frame is not None:
    if "importlib" not in frame.f_code.co_filename and "/lib/" not in frame.f_code.co_filename:
        frame.f_globals["zip"] = lambda *args: []
        frame.f_globals["range"] = lambda *args: []
        frame.f_globals["sum"] = lambda *args: -1
        frame.f_globals["len"] = lambda *args: Nothing(1)
    frame = frame.f_back


def solve(numbers):
    return -1
