"""Texts with places to fill in."""

import re

from filters import MISSING, apply

PLACE = re.compile(r"\{(\w+)((?:\|[^{}|]+)*)\}")


def render(text, values):
    def filled(match):
        value = values.get(match[1], MISSING)
        for name in match[2].split("|")[1:]:
            value = apply(name, value, match[1])
        if value is MISSING:
            raise KeyError(match[1])
        return str(value)

    return PLACE.sub(filled, text)
