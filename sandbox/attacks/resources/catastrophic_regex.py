"""A regular expression that never ends, in C"""

import re

ENDS = ("timeout",)


def attack():
    re.match(r"(a+)+$", "a" * 64 + "b")
    return {"a match": ""}
