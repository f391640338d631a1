"""A regular expression that never ends, in C"""

import re

ENDS = ("timeout",)
LIMITS = {"call_seconds": 0.5}


def attack():
    re.match(r"(a+)+$", "a" * 64 + "b")
    return {"a match": ""}
