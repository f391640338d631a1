"""Texts with places to fill in."""

import re

PLACE = re.compile(r"\{(\w+)\}")


def render(text, values):
    return PLACE.sub(lambda match: str(values[match[1]]), text)
