"""Cut a file, or the body of a class, completely into parts, so that versions of it can be compared."""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property

from pygent.target_modules.patch.syntax.imports import Import
from pygent.target_modules.patch.syntax.outline import Outline, outline
from pygent.target_modules.patch.syntax.symbol_walker import Unit, Walk, names_bound
from pygent.target_modules.patch.syntax.top_level_chunks import pieces

NAME_CHARS = 40


@dataclass(frozen=True)
class MergeNode:
    """One or more statements on their own lines, with the comments directly above them.

    `gap` is the text between the previous part and this one (blank lines, loose comments); None for the first
    part of a level. Two parts of different versions with the same `key` are versions of one part: it holds
    the names that the part binds, the module that it imports from, or else only the kind of statement.
    """

    key: tuple[str, ...]
    name: str
    bound: tuple[str, ...]
    gap: str | None
    text: str
    node: ast.stmt
    body: Callable[[], Level | None]

    @property
    def is_import(self) -> bool:
        return self.key[0] in ("import", "from")

    @property
    def is_named(self) -> bool:
        return self.key[0] != "other"


@dataclass(frozen=True)
class Level:
    """`head`, the parts with their gaps, and `tail`, one after the other, are the whole text."""

    head: str
    parts: tuple[MergeNode, ...]
    tail: str

    @cached_property
    def bound(self) -> Counter[str]:
        return Counter(name for part in self.parts for name in part.bound)


class Source:
    """A file by its parts. Every line of `top` ends in a newline; `is_closed` says whether the last did."""

    def __init__(self, text: str) -> None:
        """Raises `NotPythonError`."""
        file: Outline = outline(text)
        self.bom = file.bom
        self.newline = file.newline
        self._lines = list(file.lines)
        self.is_closed = not self._lines or self._lines[-1].endswith(("\n", "\r"))
        if not self.is_closed:
            self._lines[-1] += file.newline
        self._walks = {line: piece.ask(Walk, line == 0) for piece, line in pieces(text)}
        self.top = self._level(file.units, 0, len(self._lines))

    def _level(self, units: Sequence[Unit], start: int, end: int) -> Level:
        if not units:
            return Level(self._text(start, end), (), "")
        parts = []
        at: int | None = None
        for unit in units:
            parts.append(self._part(unit, None if at is None else self._text(at, unit.start)))
            at = unit.end
        return Level(self._text(start, units[0].start), tuple(parts), self._text(units[-1].end, end))

    def _part(self, unit: Unit, gap: str | None) -> MergeNode:
        key = _key(unit.nodes, is_first=gap is None)
        text = self._text(unit.start, unit.end)
        if key[0] == "other":
            name = self._lines[unit.line - 1].strip()[:NAME_CHARS]
        else:
            name = " ".join(key) if key[0] in ("import", "from") else ", ".join(key[1:])
        bound = tuple(name for node in unit.nodes for name in _binds(node))
        return MergeNode(key, name, bound, gap, text, unit.nodes[0], lambda: self._body(unit))

    def _body(self, unit: Unit) -> Level | None:
        """The inside of a class, with its header as the head; None for anything else."""
        node = unit.nodes[0]
        if len(unit.nodes) > 1 or not isinstance(node, ast.ClassDef):
            return None
        shift = unit.shift
        found = [
            Unit(one.nodes, one.start + shift, one.end + shift, one.indent, shift)
            for one in self._walks[shift].body(node)
        ]
        return self._level(found, unit.start, unit.end) if found else None

    def _text(self, start: int, end: int) -> str:
        return "".join(self._lines[start:end])


def _key(nodes: Sequence[ast.stmt], *, is_first: bool) -> tuple[str, ...]:
    node = nodes[0]
    if len(nodes) == 1 and isinstance(node, ast.ImportFrom):
        return ("from", "." * node.level + (node.module or ""))
    if len(nodes) == 1 and isinstance(node, ast.Import):
        return ("import", ", ".join(map(as_written, node.names)))
    names = [name for each in nodes for name in names_bound(each)]
    if names:
        return ("symbol", *names)
    if is_first and isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
        return ("docstring", "docstring")
    return ("other", type(node).__name__)


def _binds(node: ast.stmt) -> list[str]:
    if isinstance(node, Import):
        return [alias.asname or alias.name for alias in node.names if alias.name != "*"]
    return names_bound(node)


def as_written(alias: ast.alias) -> str:
    return alias.name + (f" as {alias.asname}" if alias.asname else "")
