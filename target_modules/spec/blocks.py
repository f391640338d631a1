"""EVOLVE-BLOCK markers, as in OpenEvolve: comments between which the lines of a file may change."""

from __future__ import annotations

import tokenize
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from pygent.target_modules.patch.model.editable import MARKER
from pygent.target_modules.patch.syntax.source import BOM, split_lines


class BlockError(ValueError):
    """Markers that do not pair up. `line` counts from 1."""

    def __init__(self, line: int, reason: str) -> None:
        super().__init__(f"line {line}: {reason}")
        self.line = line
        self.reason = reason


@dataclass(frozen=True)
class EvolveBlock:
    """The lines `[start, end)` of a file, from 0, between two markers."""

    start: int
    end: int


@lru_cache(maxsize=64)
def blocks(text: str) -> tuple[EvolveBlock, ...]:
    """The blocks of a file in order; none if it has no markers.

    A marker is a comment, indented or not, alone on its line or not, whatever follows it; the same words
    inside a string are not a marker. Raises `BlockError` for markers that are nested, reversed or not ended.
    """
    found: list[EvolveBlock] = []
    start: int | None = None
    for line, kind in _markers(text):
        if kind == "START":
            if start is not None:
                raise BlockError(line, f"EVOLVE-BLOCK-START inside the block that begins in line {start}")
            start = line
        elif start is None:
            raise BlockError(line, "EVOLVE-BLOCK-END without a start")
        elif line == start:
            raise BlockError(line, "EVOLVE-BLOCK-START and -END on one line")
        else:
            found.append(EvolveBlock(start, line - 1))
            start = None
    if start is not None:
        raise BlockError(start, "EVOLVE-BLOCK-START without an end")
    return tuple(found)


def outside(text: str, within: Sequence[EvolveBlock]) -> list[tuple[int, str]]:
    """The text around blocks, markers included.

    Each stretch has the number of its first line (from 1) and its text; there is one more than there are
    blocks.
    """
    lines = split_lines(text)
    edges = [0, *(edge for block in within for edge in (block.start, block.end)), len(lines)]
    return [(edges[at] + 1, "".join(lines[edges[at] : edges[at + 1]])) for at in range(0, len(edges), 2)]


def _markers(text: str) -> Iterator[tuple[int, str]]:
    """Line, from 1, and kind of each marker."""
    if "EVOLVE-BLOCK-" not in text:
        return
    lines = split_lines(text)
    lines[0] = lines[0].removeprefix(BOM)
    try:
        for token in tokenize.generate_tokens(iter(lines).__next__):
            if token.type == tokenize.COMMENT and (match := MARKER.match(token.string)):
                yield token.start[0], match[1]
    except (tokenize.TokenError, SyntaxError):  # not Python: reported elsewhere
        return
