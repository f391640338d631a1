"""Parts of a formula."""

import re

PART = re.compile(r"\s*(\d+|[-+*/()])")


def tokens(text):
    found, place = [], 0
    text = text.rstrip()
    while place < len(text):
        match = PART.match(text, place)
        if match is None:
            raise ValueError(f"what is {text[place:]!r}?")
        found.append(match[1])
        place = match.end()
    return found
