"""Modules, hooks and builtins changed, for the next child to import"""

import builtins
import json
import os
import sys
import time


def attack():
    builtins.sum = lambda *_: 0
    builtins.len = len
    json.loads = lambda *_: {}
    time.monotonic = lambda: 0.0
    sys.modules["tools"] = sys
    sys.path.insert(0, "/tmp")
    for place in ("/tmp", "/dev/shm"):
        for name in ("after.py", "probes.py", "sitecustomize.py", "json.py"):
            with open(f"{place}/{name}", "w") as stream:
                stream.write("raise SystemExit('mine')\n")
    os.environ["PYTHONPATH"] = "/tmp"
    return {"what the next child sees": "left to what comes after"}


def later():
    wrong = sum([1, 2]) != 3 or "PYTHONPATH" in os.environ or "/tmp" in sys.path
    return {"changes": "" if wrong or os.path.exists("/tmp/json.py") else "gone"}
