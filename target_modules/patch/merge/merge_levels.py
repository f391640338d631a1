"""Merge the parts of one level, a file's or a class's, once they are matched across all versions."""

from __future__ import annotations

import ast
from collections.abc import Iterable
from typing import Literal

from pygent.target_modules.patch.merge.merge_nodes import Level, MergeNode, as_written
from pygent.target_modules.patch.merge.merge_order import Id, Version, ordered, versions
from pygent.target_modules.patch.syntax.source import split_lines

Side = Literal["ours", "theirs", "both"]
Three = tuple[MergeNode | None, MergeNode | None, MergeNode | None]  # of the base, ours and theirs
_WIDTH = 100  # of an import on one line


def settled(before: object, here: object, there: object) -> bool:
    """Whether only one side changed, or both alike."""
    return before in (here, there) or here == there


class Changes:
    """Collects conflicts, and who changed what, while a merge goes on."""

    def __init__(self) -> None:
        self.conflicts: set[str] = set()
        self.took: dict[str, Side] = {}

    def clash(self, name: str) -> None:
        self.conflicts.add(name)

    def take(self, name: str, before: object, here: object, there: object) -> None:
        self.took[name] = "both" if here == there else "theirs" if here == before else "ours"

    def level(self, base: Level, ours: Level, theirs: Level, where: str, newline: str) -> str:
        """The text of a merged level. `where` is the prefix of its parts' names."""
        before, here, there = versions(base, ours, theirs)
        merged: dict[Id, tuple[str, str | None]] = {}
        bound: list[str] = []
        for id in dict.fromkeys([*here.parts, *there.parts, *before.parts]):
            found = before.parts.get(id), here.parts.get(id), there.parts.get(id)
            name = where + next(part.name for part in found if part is not None)
            text = self._part(name, found, (ours, theirs), newline)
            if text is None:
                continue
            merged[id] = text, self._gap(name, found)
            bound += _bound(text, found)
        for name in set(bound):
            if bound.count(name) > max(ours.bound[name], theirs.bound[name]):
                self.clash(where + name)  # two additions that look different bind the same name
        order, torn = ordered(before, here, there, merged.keys())
        for id in torn:
            self.clash(where + here.parts[id].name)
        is_class = where.endswith(".")
        opening = where[:-1] if is_class else where + "<head>"
        if is_class and not order:
            self.clash(opening)  # each side kept a member that the other one removed
        head = self._loose(opening, base.head, ours.head, theirs.head)
        if head != base.head:
            self.take(opening, base.head, ours.head, theirs.head)
        tail = self._loose(where + "<end>", base.tail, ours.tail, theirs.tail)
        return head + "".join(_joined(order, merged, here, there, newline)) + tail

    def _part(self, name: str, found: Three, levels: tuple[Level, Level], newline: str) -> str | None:
        """The text of a merged part, None if it is gone (or in conflict, and so nobody's)."""
        before, here, there = found
        if here is None or there is None:
            return self._lone(name, found, levels)
        if here.key[0] == there.key[0] == "from" and here.text != there.text:
            united = _united(before, here, there, levels, newline)
            if united is not None:
                if before is None or united != before.text:
                    whole: dict[str, Side] = {there.text: "theirs", here.text: "ours"}
                    self.took[name] = whole.get(united, "both")
                return united
        was = None if before is None else before.text
        if settled(was, here.text, there.text):
            text = there.text if here.text == was else here.text
            if text != was:
                self.take(name, was, here.text, there.text)
            return text
        base, mine, other = (None if part is None else part.body() for part in (before, here, there))
        if base is not None and mine is not None and other is not None:
            return self.level(base, mine, other, f"{name}.", newline)
        self.clash(name)
        return min(here.text, there.text)  # the same whichever side is ours: other conflicts depend on it

    def _lone(self, name: str, found: Three, levels: tuple[Level, Level]) -> str | None:
        """A part that one side lacks: either the other side added it, or this side deleted it."""
        before, here, there = found
        left = here or there
        if left is None:
            if before is not None:
                self.took[name] = "both"
            return None
        if before is None:
            self.took[name] = "ours" if there is None else "theirs"
            return left.text
        without = levels[0] if here is None else levels[1]
        if left.is_import and not any(without.bound[bound] for bound in left.bound):
            if left.text != before.text:
                self.took[name] = "theirs" if here is None else "ours"
            return left.text
        self.took[name] = "ours" if here is None else "theirs"
        if left.text != before.text or _code(left.gap) not in ("", _code(before.gap)):
            self.clash(name)
        return None

    def _gap(self, name: str, found: Three) -> str | None:
        before, here, there = found
        if here is None or there is None:
            left = here or there
            assert left is not None
            return left.gap
        was = "" if before is None else before.gap
        if settled(was, here.gap, there.gap):
            return there.gap if here.gap == was else here.gap
        return self._loose(name, was or "", here.gap or "", there.gap or "")

    def _loose(self, name: str, before: str, here: str, there: str) -> str:
        """Merged comments and blank lines; if only blank lines differ, the larger number of them."""
        if settled(before, here, there):
            return there if here == before else here
        was, mine, other = _code(before), _code(here), _code(there)
        if mine == other:
            return max(here, there, key=lambda text: (len(text), text))
        if not settled(was, mine, other):
            self.clash(name)
        return there if mine == was else here


def _code(text: str | None) -> str:
    """The content of a text, without blank lines and indentation."""
    return "\n".join(line.strip() for line in split_lines(text or "") if line.strip())


def _bound(text: str, found: Iterable[MergeNode | None]) -> list[str]:
    """The names that a merged part binds; those of both sides if its text is a union."""
    parts = [part for part in found if part is not None]
    for part in parts:
        if part.text == text:
            return list(part.bound)
    return list(dict.fromkeys(name for part in parts[-2:] for name in part.bound))


def _united(
    before: MergeNode | None, here: MergeNode, there: MergeNode, levels: tuple[Level, Level], newline: str
) -> str | None:
    """Unite two versions of `from module import ...`; None if that is impossible."""
    mine, other = _names(here.node), _names(there.node)
    old = [] if before is None else _names(before.node)
    for gone, without in ((set(old) - set(mine), levels[0]), (set(old) - set(other), levels[1])):
        if any(without.bound[name.rpartition(" as ")[2]] for name in gone):
            return None
    if set(mine) == set(other):
        return None if "#" in here.text + there.text else min(here.text, there.text)
    if set(mine) >= set(other):
        return here.text
    if set(other) >= set(mine):
        return there.text
    if "#" in here.text + there.text:
        return None
    names = list(dict.fromkeys([*mine, *other]))
    indent = here.text[: len(here.text) - len(here.text.lstrip(" \t\f"))]
    start = f"{indent}from {here.key[1]} import "
    if len(start) + len(", ".join(names)) <= _WIDTH:
        return start + ", ".join(names) + newline
    lines = [f"{start}(", *(f"{indent}    {name}," for name in names), f"{indent})", ""]
    return newline.join(lines)


def _names(node: ast.stmt) -> list[str]:
    assert isinstance(node, ast.ImportFrom)
    return list(map(as_written, node.names))


def _joined(
    order: list[Id],
    merged: dict[Id, tuple[str, str | None]],
    here: Version,
    there: Version,
    newline: str,
) -> Iterable[str]:
    for number, id in enumerate(order):
        text, gap = merged[id]
        if number == 0:
            yield (gap or "").lstrip("\r\n")
        elif gap is not None:
            yield gap
        else:
            part = (here if id in here.parts else there).parts[id]
            yield "" if part.is_import else newline * (1 if text[0] in " \t" else 2)
        yield text
