"""Edits of one file's symbols, as splices of whole lines, so that every other byte stays as it is."""

from __future__ import annotations

import ast
from typing import Literal

from pygent.target_modules.patch.syntax.outline import Outline, Scope, Symbol
from pygent.target_modules.patch.syntax.source_rendering import (
    bound_names,
    dedented,
    leading_blank_lines,
    rendered,
)


class SymbolError(ValueError):
    """A name means no symbol, or more than one, or one that cannot be changed this way."""

    def __init__(self, reason: str, kind: Literal["unmatched", "ambiguous", "invalid"] = "unmatched") -> None:
        super().__init__(reason)
        self.kind: Literal["unmatched", "ambiguous", "invalid"] = kind


def find(file: Outline, name: str) -> Symbol:
    """The symbol of a qualified name. Raises `SymbolError` if there is none, or more than one."""
    symbol = file.by_name.get(name)
    if symbol is not None:
        return symbol
    several = file.numbered(name)
    if several:
        raise SymbolError(
            f"`{name}` is defined {len(several)} times; name one of: {', '.join(several)}", "ambiguous"
        )
    raise SymbolError(f"no symbol `{name}`")


def source_of(file: Outline, name: str) -> str:
    r"""A symbol's source at column 0, with `\n` line ends. Raises `SymbolError`, `NotPythonError`."""
    symbol = find(file, name)
    return dedented(file.text(symbol.start, symbol.end))


def replace(file: Outline, name: str, source: str) -> str:
    symbol = find(file, name)
    new = rendered(source, symbol.indent.strip("\f"), file.newline)
    return _spliced(file, symbol.start, symbol.end, new)


def delete(file: Outline, name: str) -> str:
    symbol = _whole(find(file, name))
    start, end = symbol.start, symbol.end
    while start > 0 and not file.lines[start - 1].strip():
        start -= 1
    if start == 0:
        start = symbol.start
        while end < len(file.lines) and not file.lines[end].strip():
            end += 1
    return file.text(0, start) + file.text(end, len(file.lines))


def insert(file: Outline, source: str, scope: str, after: str | None, before: str | None) -> str:
    """Insert a symbol. Leading blank lines of the source are kept; if it has none, the usual gap is used."""
    if after is not None and before is not None:
        raise SymbolError("give `after` or `before`, not both", "invalid")
    sibling = _sibling(file, scope, after if after is not None else before)
    place = _scope(file, sibling.scope if sibling else scope)
    name = sibling.scope if sibling else scope
    for new in bound_names(dedented(source)):
        taken = f"{name}.{new}" if name else new
        if taken in file.by_name or file.numbered(taken):
            raise SymbolError(f"`{taken}` is there already; replace it instead", "invalid")
    text = rendered(source, (sibling.indent if sibling else place.indent).strip("\f"), file.newline)
    blank = leading_blank_lines(source) or _usual_gap(text, sibling, place)
    if before is not None and sibling is not None:
        return _spliced(file, sibling.start, sibling.start, text + file.newline * blank)
    at = sibling.end if sibling else place.end
    if sibling is None and not name:
        while at > 0 and not file.lines[at - 1].strip():
            at -= 1
    return _spliced(file, at, at, (file.newline * blank if at else "") + text)


def move(file: Outline, name: str, after: str | None, before: str | None) -> str:
    symbol = _whole(find(file, name))
    anchor = after if after is not None else before
    if anchor is not None and find(file, anchor) is symbol:
        raise SymbolError("a symbol cannot be moved next to itself", "invalid")
    source = source_of(file, name)
    rest = Outline(file.bom + delete(file, name))
    return insert(rest, source, symbol.scope, after, before)


def _sibling(file: Outline, scope: str, name: str | None) -> Symbol | None:
    if name is None:
        return None
    node = file.by_name[scope].node if scope in file.by_name else None
    inner = f"{scope}.{name}" if isinstance(node, ast.ClassDef) else f"{scope}.<locals>.{name}"
    symbol = file.by_name.get(inner) if scope else None
    symbol = symbol or find(file, name)
    if scope and symbol.scope != scope:
        raise SymbolError(f"`{name}` is not in `{scope}`")
    return symbol


def _scope(file: Outline, name: str) -> Scope:
    place = file.scopes.get(name)
    if place is None:
        find(file, name)
        raise SymbolError(f"`{name}` has no body on separate lines to insert into", "invalid")
    return place


def _whole(symbol: Symbol) -> Symbol:
    if len(symbol.names) > 1:
        raise SymbolError(f"one statement binds {', '.join(symbol.names)}; replace it instead", "invalid")
    return symbol


def _usual_gap(text: str, sibling: Symbol | None, place: Scope) -> int:
    """Blank lines between definitions: two at module level, one inside; none between assignments."""
    defines = text.lstrip().startswith(("def ", "class ", "async ", "@", "#"))
    if not defines and not (sibling is not None and sibling.is_definition):
        return 0
    indent = sibling.indent if sibling else place.indent
    return 1 if indent.strip("\f") else 2


def _spliced(file: Outline, start: int, end: int, new: str) -> str:
    """The file with lines `start:end` replaced. A missing final newline stays missing if its line stays."""
    before = file.text(0, start)
    if before and not before.endswith(("\n", "\r")):
        before += file.newline
    if end == len(file.lines) and file.lines and not file.lines[-1].endswith(("\n", "\r")):
        new = new.removesuffix(file.newline)
    return before + new + file.text(end, len(file.lines))
