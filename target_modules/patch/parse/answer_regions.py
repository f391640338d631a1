"""An answer cut into regions: fenced blocks, bare SEARCH/REPLACE blocks, bare hunks, and prose between them.

What stands in a region is content: a fence, a mark of thinking or a marker of another form inside it means
nothing. So code may be about Markdown, diffs or tags.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import takewhile
from typing import Literal

from pygent.target_modules.patch.syntax.source import NotPythonError
from pygent.target_modules.patch.syntax.source_rendering import dedented

_PYTHON = re.compile(r"|(?:c?python|py)[\d.]*|.*\.py")  # languages of a fence, or a file in its place
DIFF = frozenset({"diff", "patch", "udiff"})
SEARCH = re.compile(r"^[ \t>]*(?:<{5,9}|-{5,9})[ \t]*(?:SEARCH|ORIGINAL)\b.{0,200}$")
REPLACE = re.compile(r"^[ \t>]*(?:>{5,9}|\+{5,9})[ \t]*(?:REPLACE|UPDATED)>?[ \t]*$|^[ \t]*>{7}[ \t]*$")
HUNK = re.compile(r"^@@(?:[ \t]+-(\d+)(?:,(\d+))?[ \t]+\+\d+(?:,(\d+))?[ \t]*(?:@@.*)?|.*)$")
DIFF_HEADER = re.compile(
    r"^(?:diff --git |index [0-9a-f]+\.\.|(?:new|deleted) file mode |old mode |new mode |(?:dis)?similarity "
    r"|(?:rename|copy) (?:from|to) |\*\*\* (?:Begin Patch|(?:Update|Add|Delete) File:))"
)
_OPEN = re.compile(r"^([ \t>]*)(`{3,}|~{3,})[ \t]*([^`]*)$")
_MARKED = (" ", "+", "-", "\\", "")  # how lines of a hunk begin
_MOST_TRIES = 6  # ends of a fence that are tried

_JSON = re.compile(r'[ \t]*\{\s*(?:"edits"[ \t]*:|$)')

Kind = Literal["fence", "search", "hunks", "json", "prose"]


@dataclass(frozen=True)
class AnswerRegion:
    """Lines `start:end` (from 0) of an answer. Of a fence, its marks apart: `info`, and whether it ends."""

    kind: Kind
    start: int
    end: int
    info: str = ""
    closed: bool = True

    @property
    def language(self) -> str:
        info = self.info.strip().lstrip("{. ")
        return re.split(r"[\s:{},]", info, maxsplit=1)[0].lower() if info else ""

    def lines(self, of: list[str]) -> list[str]:
        return of[self.start : self.end]

    def text(self, of: list[str]) -> str:
        return "".join(line + "\n" for line in of[self.start : self.end])


def regions(lines: list[str]) -> Iterator[AnswerRegion]:
    """The regions in their order. The marks of a fence belong to none."""
    number = start = 0
    while number < len(lines):
        found = region_at(lines, number)
        if found is None:
            number += 1
            continue
        if start < number:
            yield AnswerRegion("prose", start, number)
        yield found
        number = start = after(found)
    if start < number:
        yield AnswerRegion("prose", start, number)


def after(region: AnswerRegion) -> int:
    """The line that follows a region and its closing mark."""
    return region.end + 1 if region.kind == "fence" and region.closed else region.end


def region_at(lines: list[str], number: int) -> AnswerRegion | None:
    """The region other than prose that begins at a line, if one does."""
    line = lines[number]
    if SEARCH.match(line):
        return AnswerRegion("search", number, _search_end(lines, number))
    if match := _OPEN.match(line):
        end, closed = _fence_end(lines, number, match)
        return AnswerRegion("fence", number + 1, end, match[3].strip(), closed)
    if _JSON.match(line) and any('"edits"' in row for row in lines[number : number + 2]):
        return _json(lines, number)
    if is_header(lines, number) or HUNK.match(line) or line.startswith(("diff --git ", "*** Begin Patch")):
        return AnswerRegion("hunks", number, _hunks_end(lines, number))
    return None


def _json(lines: list[str], number: int) -> AnswerRegion | None:
    """The object with `edits` that begins at a line, if it is whole."""
    text = "\n".join(lines[number:])
    try:
        _, end = json.JSONDecoder().raw_decode(text, text.index("{"))
    except (ValueError, RecursionError):
        return None
    return AnswerRegion("json", number, number + text.count("\n", 0, end) + 1)


def is_header(lines: list[str], number: int) -> bool:
    """Whether the two lines that name the files of a diff begin here."""
    return (
        lines[number].startswith("--- ") and number + 1 < len(lines) and lines[number + 1].startswith("+++ ")
    )


def is_python(language: str) -> bool:
    """Whether a fence of this language holds Python; one that names none may."""
    return _PYTHON.fullmatch(language) is not None


def parses(text: str) -> bool:
    """Whether text is Python, at any indentation."""
    try:
        dedented(text)
    except NotPythonError:
        return False
    return True


def _search_end(lines: list[str], number: int) -> int:
    """The line after a block's last, or the next block's first if this one does not end."""
    for end in range(number + 1, len(lines)):
        if REPLACE.match(lines[end]):
            return end + 1
        if SEARCH.match(lines[end]):
            return end
    return len(lines)


def _hunks_end(lines: list[str], number: int) -> int:
    """The line after the last of a bare diff. Context without its mark counts if marked lines follow it."""
    end = number
    while end < len(lines):
        if is_header(lines, end):
            end += 2
        elif DIFF_HEADER.match(lines[end]) or HUNK.match(lines[end]) or lines[end][:1] in _MARKED:
            end += 1
        else:
            following = takewhile(lambda line: line.strip() and not _OPEN.match(line), lines[end:])
            marked = next((at for at, line in enumerate(following) if line[0] in "+-"), None)
            if marked is None or not lines[end - 1].strip():
                break
            end += marked
    return end


def _fence_end(lines: list[str], opening: int, match: re.Match[str]) -> tuple[int, bool]:
    """The line of a fence's closing mark, and whether there is one.

    A bare line of at least as many marks ends it, except inside of what it holds: a docstring (the code
    before it does not parse), a SEARCH/REPLACE block, the context of a diff.
    """
    indent, mark, info = match[1], match[2], match[3]
    language = AnswerRegion("fence", 0, 0, info).language
    is_code = is_python(language)
    ends: list[int] = []
    number = opening + 1
    while number < len(lines) and len(ends) < (_MOST_TRIES if is_code else 1):
        line = lines[number]
        is_context = language in DIFF and line[:1] in (" ", "\t") and not indent
        if closes(line, mark) and not is_context:
            ends.append(number)
            inside = "\n".join(lines[opening + 1 : number])
            if not inside.strip() or (is_code and parses(inside)):
                return number, True
        number += 1
    outside = _ends_outside_blocks(lines, opening, mark, ends)
    if outside is not None:
        return outside, True
    return (ends[0], True) if ends else (len(lines), False)


def _ends_outside_blocks(lines: list[str], opening: int, mark: str, ends: list[int]) -> int | None:
    """The closing mark that follows the SEARCH/REPLACE blocks of a fence, if it has any."""
    number, last = opening + 1, ends[0] if ends else len(lines)
    if not any(SEARCH.match(lines[at]) for at in range(number, last)):
        return None
    while number < len(lines):
        if SEARCH.match(lines[number]):
            number = _search_end(lines, number)
        elif closes(lines[number], mark):
            return number
        else:
            number += 1
    return None


def closes(line: str, mark: str) -> bool:
    text = line.strip(" \t>")
    return len(text) >= len(mark) and set(text) == {mark[0]}
