"""The symbols of a piece of a file, found by walking bodies."""

from __future__ import annotations

import ast
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from pygent.target_modules.patch.model.editable import MARKER
from pygent.target_modules.patch.syntax.source import split_lines
from pygent.target_modules.patch.syntax.top_level_chunks import Piece

DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
_NOTICE = re.compile(r"copyright|licen[sc]e|spdx", re.IGNORECASE)
_INNER = re.compile(r"\b(?:def|class)\b")


@dataclass(frozen=True)
class Symbol:
    """A definition or assignment on lines `start:end` (from 0, half-open) of its file.

    Decorators and comments directly above it, at its own indentation, belong to it. `names` are qualified;
    there are several if a statement binds several. If a name is defined more than once in its scope, each
    definition carries a number in order: `Class.size#1`, `Class.size#2`. `shift` is the line of the file
    (from 0) at which its piece begins, from which line numbers in `node` count.
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
        """The line (from 1) of its statement, without decorators and comments."""
        return self.node.lineno + self.shift

    @property
    def is_definition(self) -> bool:
        return isinstance(self.node, DEFINITIONS)


@dataclass(frozen=True)
class Scope:
    """A body that can take symbols: its indentation, its first line, and the line after its end."""

    indent: str
    start: int
    end: int


@dataclass(frozen=True)
class Unit:
    """One or more statements that share lines `start:end`, comments directly above included.

    Line numbers in `nodes` count from line `shift` (from 0) of the file, at which their piece begins.
    """

    nodes: tuple[ast.stmt, ...]
    start: int
    end: int
    indent: str
    shift: int

    @property
    def line(self) -> int:
        """The line (from 1) of the first statement, without decorators and comments."""
        return self.nodes[0].lineno + self.shift


class Walk:
    """A piece by itself: all lines count from 0 at its first. `is_head` says that it begins its file."""

    def __init__(self, piece: Piece, is_head: bool) -> None:
        self._body = piece.body
        self._is_head = is_head
        self._lines = split_lines(piece.text)

    @cached_property
    def units(self) -> tuple[Unit, ...]:
        return tuple(self._units(self._body, 0))

    @cached_property
    def bound(self) -> tuple[str, ...]:
        """The names that top-level symbols bind, one entry per definition."""
        return tuple(name for unit in self._flat(self.units) for name in _bound(unit.nodes, False))

    @cached_property
    def symbols(self) -> tuple[Symbol, ...]:
        """The symbols, as if no top-level name were defined more than once."""
        return self.numbered(Counter(), Counter())

    def numbered(self, total: Counter[str], seen: Counter[str]) -> tuple[Symbol, ...]:
        """The symbols if top-level names occur `total` times in the file, `seen` of them earlier."""
        return tuple(self._symbols(self.units, "", total, seen))

    def place(self, node: ast.stmt) -> Unit | None:
        """The first unit in the body of a definition; None if the body shares the header's line."""
        return next(self.body(node), None)

    def body(self, node: ast.stmt) -> Iterator[Unit]:
        """The units in the body of a definition; none if the body shares the header's line."""
        assert isinstance(node, DEFINITIONS)
        return self._units(node.body, node.lineno)

    def _units(self, body: Sequence[ast.stmt], floor: int) -> Iterator[Unit]:
        """Statements grouped by the lines that they share.

        `floor` is the first line (from 0) that may belong to the first. Statements on the line of a block's
        header are left out: no line is theirs alone.
        """
        group: list[ast.stmt] = []
        start = end = 0
        for node in body:
            first, last = first_line(node) - 1, node.end_lineno or 0
            if group and first < end:
                group.append(node)
                end = max(end, last)
                continue
            if group:
                yield self._unit(group, start, end, floor)
                floor = end
            indent = _leading(self._lines[first])
            is_decorated = bool(getattr(node, "decorator_list", ()))
            if not group and not is_decorated and node.col_offset > len(indent.encode()):
                return
            group, start, end = [node], first, last
        if group:
            yield self._unit(group, start, end, floor)

    def _unit(self, nodes: list[ast.stmt], start: int, end: int, floor: int) -> Unit:
        indent = _leading(self._lines[start])
        end_of_comments = start
        while (
            start > floor
            and self._lines[start - 1].startswith(indent + "#")
            and not self._is_preamble(start - 1)
        ):
            start -= 1
        if self._is_head and floor == 0 and is_notice(self._lines[start:end_of_comments]):
            start = end_of_comments
        return Unit(tuple(nodes), start, end, indent, 0)

    def _is_preamble(self, line: int) -> bool:
        return is_preamble(line if self._is_head else 2, self._lines[line])

    def _symbols(
        self, units: Sequence[Unit], scope: str, total: Counter[str], seen: Counter[str]
    ) -> Iterator[Symbol]:
        in_function = scope.endswith("<locals>")
        owner = scope.removesuffix(".<locals>")
        for unit in self._flat(units):
            qualified = []
            for name in _bound(unit.nodes, in_function):
                seen[name] += 1
                number = f"#{seen[name]}" if total[name] > 1 else ""
                qualified.append(f"{scope}.{name}{number}" if scope else name + number)
            if not qualified:
                continue
            node = unit.nodes[0]
            yield Symbol(tuple(qualified), owner, unit.start, unit.end, unit.indent, node, 0)
            if isinstance(node, DEFINITIONS):
                is_class = isinstance(node, ast.ClassDef)
                if is_class or _INNER.search("".join(self._lines[node.lineno : unit.end])):
                    name = qualified[0] if is_class else qualified[0] + ".<locals>"
                    inner = tuple(self._units(node.body, node.lineno))
                    names = (name for each in self._flat(inner) for name in _bound(each.nodes, not is_class))
                    yield from self._symbols(inner, name, Counter(names), Counter())

    def _flat(self, units: Sequence[Unit]) -> Iterator[Unit]:
        """The units of a scope, including those inside its `if`, `try`, `with`, loops and `match`."""
        for unit in units:
            yield unit
            node = unit.nodes[0]
            if not isinstance(node, DEFINITIONS):
                for body in _bodies(node):
                    yield from self._flat(tuple(self._units(body, node.lineno)))


def is_preamble(line: int, text: str) -> bool:
    """Whether a comment belongs to no symbol.

    The first two lines may tell the system and the reader how to read the file, and a marker anywhere says
    what of it may change.
    """
    return (
        (line == 0 and text.startswith("#!"))
        or (line < 2 and "coding" in text)
        or MARKER.match(text.lstrip()) is not None
    )


def is_notice(comments: Sequence[str]) -> bool:
    """Whether the first comments of a file speak of its copyright, and so belong to no symbol."""
    return any(map(_NOTICE.search, comments))


def first_line(node: ast.stmt) -> int:
    """The line (from 1) of its first decorator, or else its own."""
    decorators = node.decorator_list if isinstance(node, DEFINITIONS) else []
    return min([node.lineno, *(one.lineno for one in decorators)])


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
        if isinstance(node, DEFINITIONS) or not in_function
    )
    return list(dict.fromkeys(names))


def names_bound(node: ast.stmt) -> list[str]:
    """Names that a definition or an assignment binds; none for any other statement."""
    return [node.name] if isinstance(node, DEFINITIONS) else list(_assigned(node))


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
