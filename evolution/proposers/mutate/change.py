"""A change: text replaces spans of a region, and everything else stays byte for byte the same."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class Splice:
    """Replaces `[start, end)`, in characters of the region's text, by `text`."""

    start: int
    end: int
    text: str


@dataclass(frozen=True)
class RegionChange:
    """What one operator does to one region. `before` and `after` describe it briefly for people."""

    splices: tuple[Splice, ...]
    before: str
    after: str

    @property
    def start(self) -> int:
        return min(splice.start for splice in self.splices)

    def overlaps(self, other: RegionChange) -> bool:
        """Whether both touch the same text, so that they cannot be made together."""
        return any(
            (one.start < two.end and two.start < one.end) or one.start == two.start
            for one in self.splices
            for two in other.splices
        )


def replace(start: int, end: int, text: str, old: str, after: str | None = None) -> RegionChange:
    """The common change of one span; `old` is the text that it replaces."""
    return RegionChange((Splice(start, end, text),), old, text if after is None else after)


def splice(text: str, splices: Iterable[Splice]) -> str:
    """Make non-overlapping splices in `text`; line ends of new text follow those of `text`."""
    newline = "\r\n" if "\r\n" in text else "\n"
    parts: list[str] = []
    done = 0
    for one in sorted(splices, key=lambda s: (s.start, s.end)):
        parts.append(text[done : one.start])
        parts.append(one.text.replace("\r\n", "\n").replace("\n", newline))
        done = one.end
    parts.append(text[done:])
    return "".join(parts)
