"""Classify reasons, so that failures can be counted."""

from __future__ import annotations

import re

_THRESHOLD = re.compile(r" is \S+, at (least|most) \S+ is asked$")
_NUMBERED = re.compile(r"\b(?:problem \d+: |(?:in )?(?:case|call|pair|repeat) \d+\b|\d+)")


def class_of(reason: str) -> str:
    """The kind of a reason: its text without numbers, brackets, and anything after a colon.

    `problem 0: call 12 raised: TypeError: ...` is `raised`, `wrong answer in case 3 (got 7)` `wrong answer`.
    """
    reason = _THRESHOLD.sub(
        lambda found: " below its least" if found[1] == "least" else " above its most", reason
    )
    head = re.split(r"[:(]", _NUMBERED.sub("", reason), maxsplit=1)[0]
    return " ".join(head.split()) or "no reason"
