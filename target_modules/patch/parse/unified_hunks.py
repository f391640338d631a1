"""Unified diffs as models write them: wrong line numbers, bare `@@`, blank lines without a mark."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from pygent.target_modules.patch.apply import check_path
from pygent.target_modules.patch.diff.text_searches import text_edits
from pygent.target_modules.patch.model.editable import Editable
from pygent.target_modules.patch.model.edits import CreateFile, DeleteFile, Edit
from pygent.target_modules.patch.model.tree import Tree
from pygent.target_modules.patch.parse.answer_regions import DIFF_HEADER, HUNK, is_header
from pygent.target_modules.patch.parse.answer_text import MAX_PARTS, ReadError, resolved
from pygent.target_modules.patch.parse.line_matching import SearchableLines, Span
from pygent.target_modules.patch.syntax.source import newline_of

_REFUSED = re.compile(r"^(?:rename (?:from|to) |copy (?:from|to) |Binary files |GIT binary patch|\*\*\* \w+)")
_NULL = "/dev/null"


@dataclass(frozen=True)
class DiffLines:
    """Lines of a diff. In a fence all of them are its."""

    lines: list[str]
    fenced: bool


@dataclass
class Hunk:
    """The marked lines of one hunk, and the line number (from 0) in its header."""

    number: int
    hint: int | None
    lines: list[str] = field(default_factory=list)

    @property
    def ends(self) -> bool | None:
        """Whether the file ends with a newline after the hunk; None if it does not say."""
        sides = [line[:1] for line, following in pairwise(self.lines) if following[:1] == "\\"]
        return None if not sides else not ("+" in sides or " " in sides)


@dataclass
class FileDiff:
    """One file's part of a diff; names are None if it has no header."""

    old: str | None
    new: str | None
    hunks: list[Hunk] = field(default_factory=list)


def read_hunks(texts: Sequence[DiffLines], tree: Tree, editable: Editable) -> list[Edit]:
    """Edits for every file of a diff. Hunks are found by their lines; numbers choose between equal places."""
    edits: list[Edit] = []
    spans: dict[str, list[Span]] = {}
    ends: dict[str, bool] = {}
    for part in [part for text in texts for part in _in_text(text)]:
        if part.old == _NULL and part.new is not None:
            edits.append(_creation(part, tree, editable))
            continue
        name = part.old if part.old not in (None, _NULL) else part.new
        path = _path(name, part, tree, editable)
        if part.new == _NULL:
            edits.append(DeleteFile(path=path))
            continue
        for hunk in part.hunks:
            file = SearchableLines(tree[path])
            span = _span(hunk, file)
            spans.setdefault(path, []).append(span)
            if span.end == len(file.bare) and hunk.ends is not None:
                ends[path] = hunk.ends
    for path, places in spans.items():
        text = SearchableLines(tree[path]).replaced(places)
        if path in ends:
            newline = newline_of(tree[path])
            text = text.removesuffix(newline) + newline * ends[path]
        edits.extend(text_edits(path, tree[path], text))
    return edits


def _in_text(text: DiffLines) -> Iterator[FileDiff]:
    part: FileDiff | None = None
    hunk: Hunk | None = None
    count = number = 0
    lines = text.lines
    while number < len(lines):
        line = lines[number]
        if is_header(lines, number):
            if part is not None:
                yield part
            part = FileDiff(_name(line), _name(lines[number + 1]))
            hunk = None
            number += 2
            continue
        match = HUNK.match(line)
        begins = match is not None or (
            hunk is None
            and (part is not None or text.fenced)
            and line[:1] in ("+", "-", " ")
            and line.strip()
        )
        if begins:
            count += 1
            if count > MAX_PARTS:
                raise ReadError(f"more than {MAX_PARTS} hunks", "too_long")
            part = part or FileDiff(None, None)
            hunk = Hunk(count, int(match[1]) - 1 if match and match[1] else None)
            part.hunks.append(hunk)
        elif _REFUSED.match(line):
            raise ReadError(
                f"a diff with {line[:60]!r} cannot be taken; give whole files, or --- and +++ with hunks"
            )
        elif DIFF_HEADER.match(line):
            hunk = None
        elif hunk is None and line.strip():
            raise ReadError(f"the line {line.strip()[:60]!r} stands in a diff but in no hunk of it")
        if hunk is not None and match is None:
            hunk.lines.append(line)
        number += 1
    if part is not None:
        yield part


def _name(header: str) -> str | None:
    text = header[4:].split("\t")[0].strip().strip('"')
    return text or None


def _path(name: str | None, part: FileDiff, tree: Tree, editable: Editable) -> str:
    if name is None:
        places = [path for path in tree if editable.touches(path)]
        if len(places) != 1:
            raise ReadError("the diff names no file; begin it with `--- path` and `+++ path`", "unknown_file")
        return places[0]
    found = [resolved(candidate, tree) for candidate in (name, part.new or name)]
    known = [path for path in found if path in tree]
    if known and part.new != _NULL and found[0] in tree and found[1] != found[0]:
        raise ReadError(
            f"the diff renames {found[0]}, which cannot be taken; give the new file, and delete the old one"
        )
    if known:
        return known[0]
    raise ReadError(f"the diff is for {name}, which is not in the tree", "unknown_file")


def _creation(part: FileDiff, tree: Tree, editable: Editable) -> Edit:
    path = str(part.new)
    path = path[2:] if path.startswith("b/") else path.removeprefix("./")
    if path in tree:
        raise ReadError(f"the diff would create {path}, which is in the tree already")
    if check_path(path) or not editable.is_whole(path):
        raise ReadError(f"the diff would create {path}, which may not be created", "unknown_file")
    lines = [line for hunk in part.hunks for line in hunk.lines]
    while lines and not lines[-1].strip():
        lines.pop()
    for line in lines:
        if line.strip() and line[0] not in "+\\":
            raise ReadError(f"the diff creates {path}, but a line of it has no `+`: {line[:60]!r}")
    text = "".join(line[1:] + "\n" for line in lines if not line.startswith("\\"))
    bare = bool(lines) and lines[-1].startswith("\\")
    return CreateFile(path=path, text=text.removesuffix("\n") if bare else text)


def _span(hunk: Hunk, file: SearchableLines) -> Span:
    """Where a hunk goes. Blank lines after it may belong to it; context may lack its leading blank."""
    lines = list(hunk.lines)
    while lines and not lines[-1].strip():
        lines.pop()
    blank = min(len(hunk.lines) - len(lines), 3)
    failure = ReadError(f"hunk {hunk.number} is empty")
    for count in range(blank, -1, -1):
        for raw_context in (False, True):
            old, new = _sides([*lines, *[""] * count], raw_context)
            if not any(line.strip() for line in old):
                raise ReadError(f"hunk {hunk.number} has no line of the file that shows its place")
            try:
                return file.locate(old, new, f"hunk {hunk.number}", hunk.hint)
            except ReadError as error:
                if error.kind == "ambiguous":
                    raise
                failure = failure if failure.kind == "unmatched" else error
    raise failure


def _sides(lines: list[str], raw_context: bool) -> tuple[list[str], list[str]]:
    old: list[str] = []
    new: list[str] = []
    for line in lines:
        mark, text = line[:1], line[1:]
        if mark == "\\":
            continue
        if mark not in ("+", "-"):
            text = line if raw_context or mark not in ("", " ") else text
        if mark != "+":
            old.append(text)
        if mark != "-":
            new.append(text)
    return old, new
