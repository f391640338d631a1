"""Patterns of names."""

import re


def compiled(pattern):
    text = pattern.rstrip("*").replace("*", ".*").replace("?", ".?")
    return re.compile(text)
