"""The regions of a file: whole lines that hold one symbol each and can be parsed alone.

A child differs from its parent in one region; the facts about all others are kept with their pieces.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate

from pygent.evolution.proposers.mutate.file_symbols import Facts, gathered
from pygent.target_modules.patch.model.editable import Editable
from pygent.target_modules.patch.syntax.source import BOM, NotPythonError, split_lines
from pygent.target_modules.patch.syntax.symbol_walker import first_line
from pygent.target_modules.patch.syntax.top_level_chunks import Piece, pieces
from pygent.target_modules.spec.blocks import BlockError, blocks

_PACKAGED = (ast.Import, ast.ImportFrom)
_Function = (ast.FunctionDef, ast.AsyncFunctionDef)


@dataclass(frozen=True)
class Region:
    """Whole lines of `path`: characters `[start, end)`, from line `line`.

    `nested` if indented, `local` if they are statements of a function's body.
    """

    path: str
    symbol: str
    start: int
    end: int
    line: int
    nested: bool
    local: bool = False


def editable(path: str, text: str, specs: tuple[str, ...]) -> list[Region]:
    """The regions of a file that `specs` (as in the manifest) let a patch change.

    A file that does not parse has none. A symbol covers everything inside it; imports, docstrings, `__all__`
    and the header lines of classes are never in a region.
    """
    try:
        found = _open(path, text, specs)
    except (NotPythonError, BlockError):
        return []
    bare = text.removeprefix(BOM)
    lines = split_lines(bare)
    starts = list(accumulate(map(len, lines), initial=len(text) - len(bare)))
    return [
        Region(path, symbol, starts[line + first - 1], starts[line + last], line + first, nested, local)
        for piece, line, wanted in found
        for symbol, first, last, nested, local in piece.ask(_regions, wanted)
    ]


def outside(path: str, text: str, specs: tuple[str, ...]) -> list[Facts]:
    """The facts about everything outside a file's regions. Raises `NotPythonError`."""
    return [piece.ask(_outside, wanted) for piece, _, wanted in _open(path, text, specs)]


_Lines = tuple[int, int]  # first and last, from 1
_Wanted = tuple[str, ...] | frozenset[_Lines]  # symbols, the empty name for all; or blocks within the piece


def _open(path: str, text: str, specs: tuple[str, ...]) -> list[tuple[Piece, int, _Wanted]]:
    """Each piece, its first line, and the part that may change. Raises `NotPythonError`, `BlockError`."""
    known = Editable.of(specs)
    if not known.touches(path):
        return []
    if not known.is_in_blocks(path):
        wanted = ("",) if known.is_whole(path) else known.symbols_in(path)
        return [(piece, line, wanted) for piece, line in pieces(text)]
    ranges = [(block.start + 1, block.end) for block in blocks(text)]
    return [(piece, line, _shared(piece, line, ranges)) for piece, line in pieces(text)]


def _shared(piece: Piece, line: int, ranges: Iterable[_Lines]) -> _Wanted:
    """The part of a piece that is in blocks."""
    last = max((node.end_lineno or node.lineno for node in piece.body), default=0)
    within = ((max(first - line, 1), min(end - line, last)) for first, end in ranges)
    shared = frozenset((first, end) for first, end in within if first <= end)
    return ("",) if (1, last) in shared else shared


def _regions(piece: Piece, wanted: _Wanted) -> tuple[tuple[str, int, int, bool, bool], ...]:
    """Symbol, first and last line (from 1, within the piece), whether indented, whether in a function."""
    if isinstance(wanted, frozenset):
        return tuple(_in_blocks(piece.body, "", False, wanted))
    return tuple((*found, False) for found in _merged(_parts(piece.body, "", wanted)))


def _in_blocks(
    body: Sequence[ast.stmt], prefix: str, local: bool, within: frozenset[_Lines]
) -> Iterator[tuple[str, int, int, bool, bool]]:
    """The regions of the statements that are entirely in blocks; others are searched."""
    inside: list[ast.stmt] = []
    across: list[ast.stmt] = []
    for node in body:
        first, last = _lines(node)
        if any(start <= first and last <= end for start, end in within):
            inside.append(node)
        elif any(start <= last and first <= end for start, end in within):
            across.append(node)
    indented = bool(inside and inside[0].col_offset)
    for symbol, first, last, nested in _merged(_parts(inside, prefix, ("",), is_open=True)):
        yield symbol, first, last, nested or indented, local
    for node in across:
        is_function = isinstance(node, _Function)
        name = prefix
        if isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            name = f"{prefix}{node.name}." + ("<locals>." if is_function else "")
        for inner in _bodies(node):
            yield from _in_blocks(inner, name, local or is_function, within)


def _bodies(node: ast.AST) -> Iterator[Sequence[ast.stmt]]:
    for field in ("body", "orelse", "finalbody"):
        if isinstance(found := getattr(node, field, None), list):
            yield found
    for part in (*getattr(node, "handlers", ()), *getattr(node, "cases", ())):
        yield from _bodies(part)


def _outside(piece: Piece, wanted: _Wanted) -> Facts:
    lines = {line for _, first, last, *_ in piece.ask(_regions, wanted) for line in range(first, last + 1)}
    rest = [node for node in piece.body if lines.isdisjoint(range(node.lineno, (node.end_lineno or 0) + 1))]
    return gathered(rest, top=True)


def _covered(name: str, wanted: Iterable[str]) -> bool:
    return any(not symbol or name == symbol or name.startswith(f"{symbol}.") for symbol in wanted)


def _leads_to(name: str, wanted: Iterable[str]) -> bool:
    return any(symbol.startswith(f"{name}.") for symbol in wanted)


_Part = tuple[str, int, int, bool, bool]  # symbol, first line, last line, indented, editable


def _parts(
    body: Sequence[ast.stmt], prefix: str, wanted: tuple[str, ...], *, is_open: bool = False
) -> Iterator[_Part]:
    """Cut statements into parts. `is_open`: a function's statements may change one by one too."""
    for node in body:
        first, last = _lines(node)
        nested = bool(prefix)
        if isinstance(node, ast.ClassDef):
            name = prefix + node.name
            if node.body[0].lineno > node.lineno:
                yield from _parts(node.body, f"{name}.", wanted, is_open=is_open)
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
            local = "<locals>" in prefix and not names and not is_open
            yield (
                full[0],
                first,
                last,
                nested,
                allowed and not local and all(_covered(n, wanted) for n in full),
            )


def _merged(parts: Iterable[_Part]) -> Iterator[tuple[str, int, int, bool]]:
    """Merge parts that share a line; the result is editable if all of them are."""
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
    return first_line(node), node.end_lineno or node.lineno


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
