"""The regions of a file: whole lines that hold one symbol each and can be parsed alone.

A child differs from its parent in one region, and what is known of all others is kept with their pieces.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import accumulate

from evolution.proposers.mutate.facts import Facts, gathered
from target_modules.patch.editable import Editable
from target_modules.patch.pieces import Piece, pieces
from target_modules.patch.source import BOM, NotPython, split_lines

_PACKAGED = (ast.Import, ast.ImportFrom)
_Function = (ast.FunctionDef, ast.AsyncFunctionDef)


@dataclass(frozen=True)
class Region:
    """Whole lines of `path`: characters `[start, end)`, from line `line`; `nested` if indented."""

    path: str
    symbol: str
    start: int
    end: int
    line: int
    nested: bool


def editable(path: str, text: str, specs: tuple[str, ...]) -> list[Region]:
    """The regions of a file that `specs` (`glob` or `glob:Symbol`) let a patch change.

    A file that does not parse has none. A symbol covers what is inside it; imports, docstrings, `__all__`
    and the header lines of classes are never in a region.
    """
    wanted = _wanted(path, specs)
    if not wanted:
        return []
    try:
        found = pieces(text)
    except NotPython:
        return []
    bare = text.removeprefix(BOM)
    lines = split_lines(bare)
    starts = list(accumulate(map(len, lines), initial=len(text) - len(bare)))
    return [
        Region(path, symbol, starts[line + first - 1], starts[line + last], line + first, nested)
        for piece, line in found
        for symbol, first, last, nested in piece.ask(_regions, wanted)
    ]


def outside(path: str, text: str, specs: tuple[str, ...]) -> list[Facts]:
    """The facts of what lies outside of a file's regions. Raises `NotPython`."""
    wanted = _wanted(path, specs)
    return [piece.ask(_outside, wanted) for piece, _ in pieces(text)]


def _regions(piece: Piece, wanted: tuple[str, ...]) -> tuple[tuple[str, int, int, bool], ...]:
    """Symbol, first and last line (from 1, within the piece), and whether it is indented."""
    return tuple(_merged(_parts(piece.body, "", wanted)))


def _outside(piece: Piece, wanted: tuple[str, ...]) -> Facts:
    lines = {line for _, first, last, _ in piece.ask(_regions, wanted) for line in range(first, last + 1)}
    rest = [node for node in piece.body if lines.isdisjoint(range(node.lineno, (node.end_lineno or 0) + 1))]
    return gathered(rest, top=True)


@lru_cache(maxsize=512)
def _wanted(path: str, specs: tuple[str, ...]) -> tuple[str, ...]:
    """Symbols that may change in a file: none, some, or the empty name for all."""
    known = Editable.of(specs)
    return ("",) if known.is_whole(path) else known.symbols_in(path)


def _covered(name: str, wanted: Iterable[str]) -> bool:
    return any(not symbol or name == symbol or name.startswith(f"{symbol}.") for symbol in wanted)


def _leads_to(name: str, wanted: Iterable[str]) -> bool:
    return any(symbol.startswith(f"{name}.") for symbol in wanted)


_Part = tuple[str, int, int, bool, bool]  # symbol, first line, last line, indented, editable


def _parts(body: Sequence[ast.stmt], prefix: str, wanted: tuple[str, ...]) -> Iterator[_Part]:
    for node in body:
        first, last = _lines(node)
        nested = bool(prefix)
        if isinstance(node, ast.ClassDef):
            name = prefix + node.name
            if node.body[0].lineno > node.lineno:
                yield from _parts(node.body, f"{name}.", wanted)
            else:
                yield name, first, last, nested, False
        elif isinstance(node, _Function):
            name = prefix + node.name
            inner = f"{name}.<locals>"
            if _covered(name, wanted):
                yield name, first, last, nested, True
            elif _leads_to(inner, wanted) and node.body[0].lineno > node.lineno:
                yield from _parts(node.body, f"{inner}.", wanted)
        else:
            names = _bound(node)
            free = names or [f"{prefix}<statement>"]
            allowed = not isinstance(node, _PACKAGED) and not _is_text(node) and not _holds_imports(node)
            allowed = allowed and prefix + "__all__" not in [prefix + n for n in names]
            full = [prefix + n for n in names] if names else free
            local = "<locals>" in prefix and not names
            yield (
                full[0],
                first,
                last,
                nested,
                allowed and not local and all(_covered(n, wanted) for n in full),
            )


def _merged(parts: Iterable[_Part]) -> Iterator[tuple[str, int, int, bool]]:
    """Parts that share a line are one; it is editable where all of them are."""
    joined: list[_Part] = []
    for part in parts:
        if joined and part[1] <= joined[-1][2]:
            before = joined[-1]
            joined[-1] = (
                before[0],
                min(before[1], part[1]),
                max(before[2], part[2]),
                before[3],
                before[4] and part[4],
            )
        else:
            joined.append(part)
    for symbol, first, last, nested, allowed in joined:
        if allowed:
            yield symbol, first, last, nested


def _lines(node: ast.stmt) -> tuple[int, int]:
    first = node.lineno
    if isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
        first = min([first, *(decorator.lineno for decorator in node.decorator_list)])
    return first, node.end_lineno or node.lineno


def _bound(node: ast.stmt) -> list[str]:
    targets: list[ast.expr] = []
    if isinstance(node, ast.Assign):
        targets = node.targets
    elif isinstance(node, ast.AnnAssign | ast.AugAssign):
        targets = [node.target]
    names = [name.id for target in targets for name in ast.walk(target) if isinstance(name, ast.Name)]
    return list(dict.fromkeys(names))


def _is_text(node: ast.stmt) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)


def _holds_imports(node: ast.stmt) -> bool:
    if isinstance(node, ast.Assign | ast.AnnAssign | ast.AugAssign | ast.Expr):
        return False
    return any(isinstance(inner, _PACKAGED) for inner in ast.walk(node))
