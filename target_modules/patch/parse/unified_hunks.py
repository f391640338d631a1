"""Unified diffs as models write them: wrong line numbers, bare `@@`, blank lines without a mark."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from pygent.target_modules.patch.apply import check_path
from pygent.target_modules.patch.diff.text_searches import text_edits
from pygent.target_modules.patch.model.editable import Editable
from pygent.target_modules.patch.model.edits import CreateFile, DeleteFile, Edit
from pygent.target_modules.patch.model.tree import Tree
from pygent.target_modules.patch.parse.answer_text import MAX_PARTS, ReadError, fences, resolved
from pygent.target_modules.patch.parse.line_matching import SearchableLines, Span

_HUNK = re.compile(r"^@@(?:[ \t]+-(\d+)(?:,\d+)?[ \t]+\+\d+(?:,\d+)?[ \t]*(?:@@.*)?|.*)$")
_HEADER = re.compile(
    r"^(?:diff --git |index [0-9a-f]+\.\.|(?:new|deleted) file mode |old mode |new mode |similarity )"
)
_NULL = "/dev/null"


@dataclass
class Hunk:
    """The marked lines of one hunk, and the line number (from 0) in its header."""

    number: int
    hint: int | None
    lines: list[str] = field(default_factory=list)


@dataclass
class FileDiff:
    """One file's part of a diff; names are None if it has no header."""

    old: str | None
    new: str | None
    hunks: list[Hunk] = field(default_factory=list)


def has_hunks(lines: list[str]) -> bool:
    return any(_HUNK.match(line) for line in lines) or any(
        _is_header(lines, number) for number in range(len(lines) - 1)
    )


def read_hunks(lines: list[str], tree: Tree, editable: Editable) -> list[Edit]:
    """Edits for every file of a diff. Hunks are found by their lines; numbers choose between equal places."""
    edits: list[Edit] = []
    spans: dict[str, list[Span]] = {}
    for part in _parts(lines):
        if part.old == _NULL and part.new is not None:
            edits.append(_creation(part, tree, editable))
            continue
        name = part.old if part.old not in (None, _NULL) else part.new
        path = _path(name, part, tree, editable)
        if part.new == _NULL:
            edits.append(DeleteFile(path=path))
            continue
        for hunk in part.hunks:
            spans.setdefault(path, []).append(_span(hunk, SearchableLines(tree[path])))
    for path, places in spans.items():
        edits.extend(text_edits(path, tree[path], SearchableLines(tree[path]).replaced(places)))
    return edits


def _is_header(lines: list[str], number: int) -> bool:
    return lines[number].startswith("--- ") and lines[number + 1].startswith("+++ ")


def _parts(lines: list[str]) -> list[FileDiff]:
    """The files of the diff. In a fence, a hunk runs to the next header or the fence's end."""
    fenced = [fence for fence in fences(lines) if has_hunks(fence.text.split("\n"))]
    if any(not fence.closed for fence in fenced):
        raise ReadError("the fence around the diff is not closed; was the answer cut off?")
    if not fenced:
        return list(_in_text(lines, strict=True))
    return [part for fence in fenced for part in _in_text(fence.text.rstrip("\n").split("\n"), strict=False)]


def _in_text(lines: list[str], strict: bool) -> Iterator[FileDiff]:
    part: FileDiff | None = None
    hunk: Hunk | None = None
    count = number = 0
    while number < len(lines):
        line = lines[number]
        if number + 1 < len(lines) and _is_header(lines, number):
            if part is not None:
                yield part
            part = FileDiff(_name(line), _name(lines[number + 1]))
            hunk = None
            number += 2
            continue
        match = _HUNK.match(line)
        if match:
            count += 1
            if count > MAX_PARTS:
                raise ReadError(f"more than {MAX_PARTS} hunks", "too_long")
            part = part or FileDiff(None, None)
            hunk = Hunk(count, int(match[1]) - 1 if match[1] else None)
            part.hunks.append(hunk)
        elif _HEADER.match(line):
            hunk = None
        elif hunk is not None:
            if strict and line and line[0] not in " +-\\":
                hunk = None
            else:
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
    for candidate in (name, part.new or name):
        path = resolved(candidate, tree)
        if path in tree:
            return path
    raise ReadError(f"the diff is for {name}, which is not in the tree", "unknown_file")


def _creation(part: FileDiff, tree: Tree, editable: Editable) -> Edit:
    path = str(part.new)
    path = path[2:] if path.startswith("b/") else path.removeprefix("./")
    if path in tree:
        raise ReadError(f"the diff would create {path}, which is in the tree already")
    if check_path(path) or not editable.is_whole(path):
        raise ReadError(f"the diff would create {path}, which may not be created", "unknown_file")
    lines = [line for hunk in part.hunks for line in hunk.lines]
    text = "".join(line[1:] + "\n" for line in lines if line.startswith("+"))
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
