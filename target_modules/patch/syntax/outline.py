"""Where the symbols of a file lie: qualified names and line ranges."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterator
from functools import cached_property, lru_cache
from typing import TypeVar

from pygent.target_modules.patch.syntax.source import BOM, newline_of, split_lines
from pygent.target_modules.patch.syntax.symbol_walker import (
    Scope,
    Symbol,
    Unit,
    Walk,
    is_notice,
    is_preamble,
    names_bound,
)
from pygent.target_modules.patch.syntax.top_level_chunks import Piece, pieces

T = TypeVar("T")

__all__ = ["Outline", "Scope", "Symbol", "Unit", "names_bound", "outline"]


class Outline:
    """The symbols of one parsed file in their order. Made by `outline`.

    Anything found within a piece is kept with the piece; here it only gets its place in the file.
    """

    def __init__(self, text: str) -> None:
        self.bom = BOM if text.startswith(BOM) else ""
        self.lines = split_lines(text.removeprefix(BOM))
        self.newline = newline_of(text)
        self._pieces = {line: piece for piece, line in pieces(text)}
        self.units: tuple[Unit, ...] = tuple(self._units())

    def text(self, start: int, end: int) -> str:
        return "".join(self.lines[start:end])

    @cached_property
    def symbols(self) -> tuple[Symbol, ...]:
        return tuple(self._symbols(self._pieces))

    def symbols_in(self, units: Collection[Unit]) -> list[Symbol]:
        """The symbols in some of the units only."""
        ranges = [(unit.start, unit.end) for unit in units]
        found = self._symbols(dict.fromkeys(unit.shift for unit in units))
        return [symbol for symbol in found if any(start <= symbol.start < end for start, end in ranges)]

    @cached_property
    def by_name(self) -> dict[str, Symbol]:
        return {name: symbol for symbol in self.symbols for name in symbol.names}

    @cached_property
    def scopes(self) -> dict[str, Scope]:
        """Every scope whose body has its own lines; the module is ''."""
        scopes = {"": Scope("", 0, len(self.lines))}
        for symbol in self.symbols:
            if symbol.is_definition:
                place = self._walk(symbol.shift).place(symbol.node)
                if place is not None:
                    scopes[symbol.name] = Scope(place.indent, place.start + symbol.shift, symbol.end)
        return scopes

    @cached_property
    def texts(self) -> frozenset[str]:
        """The texts of the units."""
        return frozenset(self.text(unit.start, unit.end) for unit in self.units)

    def changed(self, before: Outline | None) -> list[Unit]:
        """The units whose text is not in another outline."""
        known = before.texts if before else frozenset()
        return [unit for unit in self.units if self.text(unit.start, unit.end) not in known]

    def numbered(self, name: str) -> list[str]:
        """The numbered names that a plain name could mean."""
        return [
            known
            for known in self.by_name
            if known.startswith(name + "#") and known[len(name) + 1 :].isdigit()
        ]

    def piece_of(self, unit: Unit) -> Piece | None:
        """The piece that consists of this unit alone; None if it shares its piece."""
        piece = self._pieces[unit.shift]
        return piece if len(unit.nodes) == len(piece.body) else None

    def ask(self, question: Callable[[Piece], T]) -> list[T]:
        """Apply a function to each piece; the results are kept with the pieces."""
        return [piece.ask(question) for piece in self._pieces.values()]

    def _units(self) -> Iterator[Unit]:
        floor = 0
        for shift in self._pieces:
            for unit in self._walk(shift).units:
                start = unit.start + shift if unit.start else self._above(shift, floor)
                floor = unit.end + shift
                yield Unit(unit.nodes, start, floor, unit.indent, shift)

    def _above(self, line: int, floor: int) -> int:
        """Where comments directly above a line begin."""
        start = line
        while (
            start > floor and (text := self.lines[start - 1])[0] == "#" and not is_preamble(start - 1, text)
        ):
            start -= 1
        return line if floor == 0 and is_notice(self.lines[start:line]) else start

    @cached_property
    def _bound(self) -> Counter[str]:
        return Counter(name for shift in self._pieces for name in self._walk(shift).bound)

    @cached_property
    def _starts(self) -> dict[int, int]:
        return {unit.line: unit.start for unit in self.units}

    def _symbols(self, shifts: Collection[int]) -> Iterator[Symbol]:
        total, starts = self._bound, self._starts
        seen: Counter[str] = Counter()
        if any(total[name] > 1 for shift in shifts for name in self._walk(shift).bound):
            shifts = self._pieces  # in order to count them
        for shift in shifts:
            walk = self._walk(shift)
            again = any(total[name] > 1 for name in walk.bound)
            for symbol in walk.numbered(total, seen) if again else walk.symbols:
                start, end = symbol.start + shift, symbol.end + shift
                if not symbol.scope:
                    start = starts.get(symbol.line + shift, start)
                yield Symbol(symbol.names, symbol.scope, start, end, symbol.indent, symbol.node, shift)

    def _walk(self, shift: int) -> Walk:
        return self._pieces[shift].ask(Walk, shift == 0)


@lru_cache(maxsize=32)
def outline(text: str) -> Outline:
    """The symbols of a file, cached by text. Raises `source.NotPythonError`."""
    return Outline(text)
