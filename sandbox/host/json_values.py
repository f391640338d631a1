"""Check a box's answer wherever only JSON is expected, before anything is made of it."""

from __future__ import annotations

import math

MOST_DEPTH = 64
MOST_VALUES = 200_000
MOST_INTEGER = 1 << 63  # databases and other languages hold no more; Python cannot even print 5,000 digits
MOST_CHARACTERS = 16_000_000  # in total


def trouble(value: object) -> str:
    """Why a decoded answer is not a JSON value within our bounds, in a few words, or ''.

    The wire carries more than JSON (bytes, sets, complex numbers, keys of any kind) and integers of any size.
    If such a value were passed on, it would raise far from here.
    """
    waiting: list[tuple[object, int]] = [(value, 0)]
    values = characters = 0
    while waiting:
        one, depth = waiting.pop()
        values += 1
        if values > MOST_VALUES or depth > MOST_DEPTH:
            return "too many values" if values > MOST_VALUES else "nested too deeply"
        if one is None or isinstance(one, bool):
            continue
        if type(one) is str:
            characters += len(one)
            if characters > MOST_CHARACTERS:
                return "too much text"
            if not _is_unicode(one):
                return "text with half of a surrogate pair"
        elif type(one) is int:
            if not -MOST_INTEGER <= one < MOST_INTEGER:
                return "an integer of more than 64 bits"
        elif type(one) is float:
            if not math.isfinite(one):
                return "a number that is not finite"
        elif type(one) in (list, tuple):
            waiting += [(inner, depth + 1) for inner in one]  # type: ignore[attr-defined]
        elif type(one) is dict:
            for key, inner in one.items():
                if type(key) is not str:
                    return f"a key of type {type(key).__name__}"
                waiting += [(key, depth + 1), (inner, depth + 1)]
        else:
            return f"a value of type {type(one).__name__}"
    return ""


def _is_unicode(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True
