"""The difference between two texts as searches that occur exactly once."""

from __future__ import annotations

import difflib

from pygent.target_modules.patch.model.edits import CreateFile, DeleteFile, Edit, SearchReplace
from pygent.target_modules.patch.syntax.source import split_lines


def text_edits(path: str, old: str, new: str) -> list[Edit]:
    """Edits that turn one text into the other, byte for byte, in order.

    Every search is unique in the text that the earlier edits leave. The whole file is rewritten if that is
    shorter.
    """
    if old == new:
        return []
    whole: list[Edit] = [DeleteFile(path=path), CreateFile(path=path, text=new)]
    before, after = split_lines(old), split_lines(new)
    if not before:
        return whole
    found: list[Edit] = []
    current, shift = before, 0
    for low, high, start, end in _changes(before, after):
        top, bottom = _unique(current, low + shift, high + shift)
        lines = [*current[top : low + shift], *after[start:end], *current[high + shift : bottom]]
        found.append(SearchReplace(path=path, search="".join(current[top:bottom]), replace="".join(lines)))
        current = [*current[: low + shift], *after[start:end], *current[high + shift :]]
        shift += (end - start) - (high - low)
    size = sum(len(edit.search) + len(edit.replace) for edit in found if isinstance(edit, SearchReplace))
    return whole if size > 2 * len(new) + 200 else found


def _changes(before: list[str], after: list[str]) -> list[tuple[int, int, int, int]]:
    """Ranges that differ. Equal ends are cut off first, as the matcher is quadratic."""
    shortest = min(len(before), len(after))
    head = next((n for n in range(shortest) if before[n] != after[n]), shortest)
    rest = shortest - head
    tail = next((n for n in range(rest) if before[-1 - n] != after[-1 - n]), rest)
    old, new = before[head : len(before) - tail], after[head : len(after) - tail]
    if len(old) * len(new) > 1_000_000:
        return [(head, head + len(old), head, head + len(new))]
    codes = difflib.SequenceMatcher(None, old, new, autojunk=False).get_opcodes()
    return [(i + head, j + head, k + head, m + head) for tag, i, j, k, m in codes if tag != "equal"]


def _unique(lines: list[str], low: int, high: int) -> tuple[int, int]:
    """Widen the range by context until its text occurs once. The whole text always does."""
    text = "".join(lines)
    while True:
        part = "".join(lines[low:high])
        if part:
            at = text.find(part)
            if text.find(part, at + 1) < 0:
                return low, high
        if low == 0 and high == len(lines):
            return low, high
        low, high = max(0, low - 1), min(len(lines), high + 1)
