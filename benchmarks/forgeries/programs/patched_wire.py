"""Puts its own functions in place of the runner's writer and reader."""

import sys

KIND = "wrong"

for name, module in list(sys.modules.items()):
    if name.startswith("pygent_runner"):
        for attribute in ("encode", "decode", "_lower", "_describe", "_answer", "equal"):
            if hasattr(module, attribute):
                setattr(module, attribute, lambda *args, **kwargs: "true")


def solve(numbers):
    return -1
