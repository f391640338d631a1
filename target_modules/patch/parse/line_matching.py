"""Find quoted lines in a file: exactly, or else ignoring trailing blanks or a common indentation."""

from __future__ import annotations

import difflib
from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise

from pygent.target_modules.patch.parse.answer_text import ReadError
from pygent.target_modules.patch.syntax.source import newline_of, split_lines


@dataclass(frozen=True)
class Span:
    """Lines `start:end` of a file (from 0) and their replacement."""

    start: int
    end: int
    lines: tuple[str, ...]


class SearchableLines:
    """A file's lines without their ends, for searching."""

    def __init__(self, text: str) -> None:
        self.kept = split_lines(text)
        self.bare = [line.rstrip("\r\n") for line in self.kept]
        self.newline = newline_of(text)

    def locate(self, search: list[str], replace: list[str], what: str, hint: int | None = None) -> Span:
        """Find lines and what replaces them. Raises `ReadError`: unmatched, or ambiguous.

        `hint` is a line number (from 0) that is used only to choose between equal places.
        Lines that the replacement keeps are taken from the file as they are.
        """
        tried = [(search, replace)]
        trimmed = _trimmed(search, replace)
        if trimmed[0] and trimmed != (search, replace):
            tried.append(trimmed)
        for old, new in tried:
            for same in (str, str.rstrip):  # exactly, but for trailing blanks
                places = self._places(old, same)
                if old is not search:
                    places = [at for at in places if self._may_trim(at, search, replace, old)]
                if places:
                    return self._span(self._one(places, what, hint), old, new, same)
        old, new = trimmed
        for shift in self._shifts(old):
            moved_old, moved_new = _shifted(old, shift), _shifted(new, shift)
            if moved_old is None or moved_new is None:
                continue
            found = self._places(moved_old, str.rstrip)
            places = [at for at in found if self._may_trim(at, search, replace, old)]
            if places:
                return self._span(self._one(places, what, hint), moved_old, moved_new, str.rstrip)
        raise ReadError(f"{what} is not in the file{self._clue(search)}", "unmatched")

    def replaced(self, spans: list[Span]) -> str:
        """The file's text with spans replaced. Raises `ReadError` if they overlap."""
        lines = list(self.kept)
        ordered = sorted(spans, key=lambda span: (span.start, span.end))
        for first, second in pairwise(ordered):
            if second.start < first.end:
                raise ReadError(f"two edits change line {second.start + 1} of the same file", "ambiguous")
        for span in reversed(ordered):
            new = [line if line.endswith(("\n", "\r")) else line + self.newline for line in span.lines]
            if new and span.end == len(lines) and lines and not lines[-1].endswith(("\n", "\r")):
                new[-1] = new[-1].removesuffix(self.newline)
            lines[span.start : span.end] = new
        return "".join(lines)

    def _places(self, search: list[str], same: Callable[[str], str]) -> list[int]:
        if not search:
            return []
        wanted = [same(line) for line in search]
        have = [same(line) for line in self.bare]
        last = len(have) - len(wanted)
        return [
            at for at in range(last + 1) if have[at] == wanted[0] and have[at : at + len(wanted)] == wanted
        ]

    def _may_trim(self, at: int, search: list[str], replace: list[str], old: list[str]) -> bool:
        """Whether blank lines that only the search has at an end are not in the file there, to be deleted."""
        ends = (at - 1, 1), (at + len(old), -1)
        for place, step in ends:
            is_excess = _blanks(search[::step]) > _blanks(replace[::step])
            if is_excess and 0 <= place < len(self.bare) and not self.bare[place].strip():
                return False
        return True

    def _one(self, places: list[int], what: str, hint: int | None) -> int:
        if len(places) == 1:
            return places[0]
        if hint in places:
            return places[places.index(hint)]
        shown = ", ".join(str(place + 1) for place in places[:6])
        raise ReadError(
            f"{what} occurs {len(places)} times, at lines {shown}; quote more lines around it", "ambiguous"
        )

    def _span(self, at: int, old: list[str], new: list[str], same: Callable[[str], str]) -> Span:
        """Build a span in which lines that stay the same keep the file's own bytes."""
        if len(old) * len(new) > 1_000_000:
            return Span(at, at + len(old), tuple(new))
        lines: list[str] = []
        before, after = [same(line) for line in old], [same(line) for line in new]
        for tag, low, high, start, end in difflib.SequenceMatcher(None, before, after, False).get_opcodes():
            lines.extend(self.kept[at + low : at + high] if tag == "equal" else new[start:end])
        return Span(at, at + len(old), tuple(lines))

    def _shifts(self, search: list[str]) -> list[tuple[str, str]]:
        """Changes of indentation (from, to) that would make the first line match somewhere in the file."""
        first = next((line for line in search if line.strip()), "")
        indent = _indent(first)
        found = {_indent(line) for line in self.bare if line.strip() and line.strip() == first.strip()}
        return [(indent, other) for other in sorted(found) if other != indent]

    def _clue(self, search: list[str]) -> str:
        have = {line.strip() for line in self.bare}
        for number, line in enumerate(search, 1):
            if line.strip() and line.strip() not in have:
                return f"; its line {number} is nowhere in it: {line.strip()[:80]!r}"
        return "; its lines are, but not together or with another indentation"


def _indent(line: str) -> str:
    return line[: len(line) - len(line.lstrip(" \t"))]


def _shifted(lines: list[str], shift: tuple[str, str]) -> list[str] | None:
    """Lines with one indentation replaced by another, or None if a line lacks the first."""
    old, new = shift
    out = []
    for line in lines:
        if line.strip() and not line.startswith(old):
            return None
        out.append(new + line[len(old) :] if line.strip() else line)
    return out


def _blanks(lines: list[str]) -> int:
    """How many blank lines there are at the start."""
    return next((number for number, line in enumerate(lines) if line.strip()), len(lines))


def _trimmed(search: list[str], replace: list[str]) -> tuple[list[str], list[str]]:
    """Drop blank lines at the ends of the search, and as many at the ends of the replacement."""
    old, new = list(search), list(replace)
    for end in (0, -1):
        while old and not old[end].strip():
            old.pop(end)
            if new and not new[end].strip():
                new.pop(end)
    return old, new
