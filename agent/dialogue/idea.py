"""Find the idea that an answer gives: its `IDEA:` line, with the lines that go on with it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import takewhile

from pygent.prompts.note import keepable

_MARK = re.compile(r"[\s*_#>-]*IDEA[*_]*:[*_]*\s*(.*)", re.IGNORECASE)
# Words: no heading, item or announcement, and no name of a file.
_GOES_ON = re.compile(r"(?![#>`*|-]|\S+\.\w+`?\s*(?:\(|$))\S+\s.*[^:\s]$")


def idea_in(rows: Sequence[str]) -> str:
    """The first idea in an answer's rows outside of code, in one line; '' without any."""
    for number, row in enumerate(rows):
        if found := _MARK.match(row):
            more = takewhile(_goes_on, map(str.strip, rows[number + 1 :]))
            return keepable(" ".join([found[1], *more]))
    return ""


def _goes_on(row: str) -> bool:
    return bool(_GOES_ON.match(row)) and not _MARK.match(row)
