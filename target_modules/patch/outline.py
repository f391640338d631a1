"""Where the symbols of a file lie: qualified names and line ranges, found by walking bodies."""

from __future__ import annotations

import ast
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache

from target_modules.patch.pieces import pieces_of
from target_modules.patch.source import BOM, newline_of, split_lines

_DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
_INNER = re.compile(r"\b(?:def|class)\b")


@dataclass(frozen=True)
class Symbol:
    """A definition or assignment on lines `start:end` (from 0, half-open) of its file.

    Decorators and comments directly above it, at its own indentation, belong to it. `names` are qualified;
    more than one where a statement binds several. Where a name is defined more than once in its scope, each
    carries a number in order: `Class.size#1`, `Class.size#2`. Line numbers in `node` are of its piece:
    `shift` added makes them lines of the file.
    """

    names: tuple[str, ...]
    scope: str
    start: int
    end: int
    indent: str
    node: ast.stmt
    shift: int

    @property
    def name(self) -> str:
        return self.names[0]

    @property
    def line(self) -> int:
        """The line (from 1) of its statement, decorators and comments left out."""
        return self.node.lineno + self.shift

    @property
    def is_definition(self) -> bool:
        return isinstance(self.node, _DEFINITIONS)


@dataclass(frozen=True)
class Scope:
    """A body that symbols can be put into: its indentation, and its first line and the line after its end."""

    indent: str
    start: int
    end: int


@dataclass(frozen=True)
class Unit:
    """One or more statements that share lines `start:end`, comments directly above included.

    Line numbers in `nodes` are of their piece: `shift` added makes them lines of the file.
    """

    nodes: tuple[ast.stmt, ...]
    start: int
    end: int
    indent: str
    shift: int

    @property
    def line(self) -> int:
        """The line (from 1) of the first statement."""
        return self.nodes[0].lineno + self.shift


class Outline:
    """The symbols of one parsed file in their order. Made by `outline`."""

    def __init__(self, text: str) -> None:
        self.bom = BOM if text.startswith(BOM) else ""
        self.lines = split_lines(text.removeprefix(BOM))
        self.newline = newline_of(text)
        self.units: tuple[Unit, ...] = tuple(self._top())

    def text(self, start: int, end: int) -> str:
        return "".join(self.lines[start:end])

    @cached_property
    def symbols(self) -> tuple[Symbol, ...]:
        return tuple(self._symbols(self.units, ""))

    @cached_property
    def by_name(self) -> dict[str, Symbol]:
        return {name: symbol for symbol in self.symbols for name in symbol.names}

    @cached_property
    def scopes(self) -> dict[str, Scope]:
        """Every scope with a body on lines of its own; the module is ''."""
        scopes = {"": Scope("", 0, len(self.lines))}
        for symbol in self.symbols:
            if isinstance(symbol.node, _DEFINITIONS):
                first = next(self._inside(symbol.node.body, symbol.node, symbol.shift), None)
                if first is not None:
                    scopes[symbol.name] = Scope(first.indent, first.start, symbol.end)
        return scopes

    @cached_property
    def texts(self) -> frozenset[str]:
        return frozenset(self.text(unit.start, unit.end) for unit in self.units)

    def changed(self, before: Outline | None) -> list[Unit]:
        """The units whose text another outline does not have."""
        known = before.texts if before else frozenset()
        return [unit for unit in self.units if self.text(unit.start, unit.end) not in known]

    def numbered(self, name: str) -> list[str]:
        """The numbered names that a plain name could mean."""
        return [
            known
            for known in self.by_name
            if known.startswith(name + "#") and known[len(name) + 1 :].isdigit()
        ]

    def _top(self) -> Iterator[Unit]:
        floor = 0
        for piece, line in pieces_of(self.lines):
            for unit in self._units(piece.body, line, floor):
                yield unit
                floor = unit.end

    def _inside(self, body: Sequence[ast.stmt], owner: ast.stmt, shift: int) -> Iterator[Unit]:
        return self._units(body, shift, owner.lineno + shift)

    def _units(self, body: Sequence[ast.stmt], shift: int, floor: int) -> Iterator[Unit]:
        """Statements by the lines that they share. `floor` is the first line (from 0) that may belong to
        the first. Statements on the line of a block's header are left out: they have no lines."""
        group: list[ast.stmt] = []
        start = end = 0
        for node in body:
            first, last = _first_line(node) - 1 + shift, (node.end_lineno or 0) + shift
            if group and first < end:
                group.append(node)
                end = max(end, last)
                continue
            if group:
                yield self._unit(group, start, end, shift, floor)
                floor = end
            indent = _leading(self.lines[first])
            if not group and not _is_decorated(node) and node.col_offset > len(indent.encode()):
                return
            group, start, end = [node], first, last
        if group:
            yield self._unit(group, start, end, shift, floor)

    def _unit(self, nodes: list[ast.stmt], start: int, end: int, shift: int, floor: int) -> Unit:
        indent = _leading(self.lines[start])
        while (
            start > floor
            and self.lines[start - 1].startswith(indent + "#")
            and not self._is_preamble(start - 1)
        ):
            start -= 1
        return Unit(tuple(nodes), start, end, indent, shift)

    def _is_preamble(self, line: int) -> bool:
        """The first two lines may tell the system and the reader of the file how to read it."""
        text = self.lines[line]
        return (line == 0 and text.startswith("#!")) or (line < 2 and "coding" in text)

    def _symbols(self, units: Sequence[Unit], scope: str) -> Iterator[Symbol]:
        in_function = scope.endswith("<locals>")
        found = [(unit, names) for unit in self._flat(units) if (names := _bound(unit.nodes, in_function))]
        total = Counter(name for _, names in found for name in names)
        seen: Counter[str] = Counter()
        owner = scope.removesuffix(".<locals>")
        for unit, names in found:
            qualified = []
            for name in names:
                seen[name] += 1
                number = f"#{seen[name]}" if total[name] > 1 else ""
                qualified.append(f"{scope}.{name}{number}" if scope else name + number)
            node = unit.nodes[0]
            yield Symbol(tuple(qualified), owner, unit.start, unit.end, unit.indent, node, unit.shift)
            if isinstance(node, _DEFINITIONS):
                is_class = isinstance(node, ast.ClassDef)
                if not is_class and not _INNER.search(self.text(node.lineno + unit.shift, unit.end)):
                    continue
                inner = qualified[0] if is_class else qualified[0] + ".<locals>"
                yield from self._symbols(tuple(self._inside(node.body, node, unit.shift)), inner)

    def _flat(self, units: Sequence[Unit]) -> Iterator[Unit]:
        """The units of a scope with those inside its `if`, `try`, `with`, loops and `match`."""
        for unit in units:
            yield unit
            node = unit.nodes[0]
            if not isinstance(node, _DEFINITIONS):
                for body in _bodies(node):
                    yield from self._flat(tuple(self._inside(body, node, unit.shift)))


@lru_cache(maxsize=32)
def outline(text: str) -> Outline:
    """The symbols of a file, cached by text. Raises `source.NotPython`."""
    return Outline(text)


def _is_decorated(node: ast.stmt) -> bool:
    return isinstance(node, _DEFINITIONS) and bool(node.decorator_list)


def _first_line(node: ast.stmt) -> int:
    if isinstance(node, _DEFINITIONS) and node.decorator_list:
        return min(node.lineno, node.decorator_list[0].lineno)
    return node.lineno


def _leading(line: str) -> str:
    if line[0] not in " \t\f":
        return ""
    return line[: len(line) - len(line.lstrip(" \t\f"))]


def _bodies(node: ast.stmt) -> Iterator[list[ast.stmt]]:
    for field in ("body", "handlers", "orelse", "finalbody", "cases"):
        value = getattr(node, field, None)
        if field in ("handlers", "cases"):
            yield from (part.body for part in value or ())
        elif value:
            yield value


def _bound(nodes: Sequence[ast.stmt], in_function: bool) -> list[str]:
    names = (
        name
        for node in nodes
        for name in names_bound(node)
        if isinstance(node, _DEFINITIONS) or not in_function
    )
    return list(dict.fromkeys(names))


def names_bound(node: ast.stmt) -> list[str]:
    """Names that a definition or an assignment binds; none for any other statement."""
    return [node.name] if isinstance(node, _DEFINITIONS) else list(_assigned(node))


def _assigned(node: ast.stmt) -> Iterator[str]:
    targets: list[ast.expr] = []
    if isinstance(node, ast.Assign):
        targets = list(node.targets)
    elif isinstance(node, ast.AnnAssign) or type(node).__name__ == "TypeAlias":
        targets = [node.target if isinstance(node, ast.AnnAssign) else node.name]  # type: ignore[attr-defined]
    while targets:
        target = targets.pop(0)
        if isinstance(target, ast.Name):
            yield target.id
        elif isinstance(target, ast.Tuple | ast.List):
            targets[:0] = target.elts
        elif isinstance(target, ast.Starred):
            targets.insert(0, target.value)
