"""Reasons as classes, so that failures can be counted."""

from __future__ import annotations

import re
from enum import StrEnum

_NUMBERED = re.compile(r"\b(?:problem \d+: |(?:in )?(?:case|call|pair|repeat) \d+\b|\d+)")


class FailureClass(StrEnum):
    """What an attempt did wrong, if it is more than a bad answer."""

    VIOLATION = "violation"  # broke the protocol of its box


# Archives hold these words, whoever wrote them.
_WORDS = {"broke the protocol": FailureClass.VIOLATION}


def failure_class(reason: str) -> FailureClass | None:
    """How a recorded reason is classed."""
    return next((kind for words, kind in _WORDS.items() if words in reason), None)


def class_of(reason: str) -> str:
    """What kind of reason it is: without numbers, and without what comes after a colon or in brackets.

    `problem 0: call 12 raised: TypeError: ...` is `raised`, `wrong answer in case 3 (got 7)` `wrong answer`.
    """
    head = re.split(r"[:(]", _NUMBERED.sub("", reason), maxsplit=1)[0]
    return " ".join(head.split()) or "no reason"
