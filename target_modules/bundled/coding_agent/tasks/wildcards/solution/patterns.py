"""Patterns of names."""

import re

MEANING = {"*": ".*", "?": "."}


def compiled(pattern):
    return re.compile("".join(MEANING.get(char) or re.escape(char) for char in pattern) + r"\Z", re.DOTALL)
