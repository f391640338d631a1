"""The patch between two trees, in terms of symbols if the change lies in symbols."""

from __future__ import annotations

import ast

from pygent.target_modules.patch.apply import PatchError, apply
from pygent.target_modules.patch.diff.text_searches import text_edits
from pygent.target_modules.patch.model.edits import (
    AddImport,
    CreateFile,
    DeleteFile,
    DeleteSymbol,
    Edit,
    InsertSymbol,
    MoveSymbol,
    Patch,
    RemoveImport,
    ReplaceSymbol,
)
from pygent.target_modules.patch.model.tree import Tree
from pygent.target_modules.patch.syntax.imports import imported
from pygent.target_modules.patch.syntax.outline import Outline, Symbol, outline
from pygent.target_modules.patch.syntax.source import NotPythonError
from pygent.target_modules.patch.syntax.source_rendering import dedented


def diff(parent: Tree, child: Tree) -> Patch:
    """Return a patch such that `apply(parent, patch) == child`, for any two trees.

    It edits symbols and imports if that gives the child's bytes exactly, searches with unique context for the
    rest, and writes whole files if that is shorter or a search cannot do it.
    """
    edits: list[Edit] = [DeleteFile(path=path) for path in parent if path not in child]
    for path in parent:
        if path in child and parent[path] != child[path]:
            edits.extend(_file_edits(path, parent[path], child[path]))
    edits.extend(CreateFile(path=path, text=child[path]) for path in child if path not in parent)
    return Patch(edits=tuple(edits))


def _file_edits(path: str, old: str, new: str) -> list[Edit]:
    try:
        here, there = outline(old), outline(new)
        wanted = [*_import_edits(path, here, there), *_scope_edits(path, here, there, "")]
    except NotPythonError:
        wanted = []
    kept, reached = _kept(path, old, wanted)
    if kept and reached == new:
        return kept
    mixed, texts = [*kept, *text_edits(path, reached, new)], text_edits(path, old, new)
    return mixed if kept and _size(mixed) < _size(texts) else texts


def _kept(path: str, old: str, wanted: list[Edit]) -> tuple[list[Edit], str]:
    """The edits that can be applied, and the resulting text."""
    try:
        return wanted, apply(Tree({path: old}), Patch(edits=tuple(wanted)))[path]
    except PatchError as error:
        return _kept(path, old, [*wanted[: error.edit_number - 1], *wanted[error.edit_number :]])


def _size(edits: list[Edit]) -> int:
    return len(Patch(edits=tuple(edits)).model_dump_json())


def _import_edits(path: str, here: Outline, there: Outline) -> list[Edit]:
    old, new = _imports(here), _imports(there)
    edits: list[Edit] = [
        RemoveImport(path=path, statement=text) for key, text in old.items() if key not in new
    ]
    edits.extend(AddImport(path=path, statement=text) for key, text in new.items() if key not in old)
    return edits


def _imports(file: Outline) -> dict[object, str]:
    found: dict[object, str] = {}
    for unit in file.units:
        node = unit.nodes[0]
        if len(unit.nodes) == 1 and isinstance(node, ast.Import | ast.ImportFrom):
            found[tuple(imported(node))] = ast.unparse(node)
    return found


def _scope_edits(path: str, here: Outline, there: Outline, scope: str) -> list[Edit]:
    """Edits for the symbols directly in a scope: removed, changed, added and out of order."""
    old = {symbol.name: symbol for symbol in here.symbols if symbol.scope == scope}
    new = {symbol.name: symbol for symbol in there.symbols if symbol.scope == scope}
    edits: list[Edit] = [DeleteSymbol(path=path, symbol=name) for name in old if name not in new]
    order = [name for name in old if name in new]
    previous: str | None = None
    for name, symbol in new.items():
        if name not in old:
            edits.append(_insertion(path, there, symbol, scope, previous, order))
            order.insert(_after(order, previous), name)
        elif order[_after(order, previous)] != name:
            edits.append(_move(path, name, previous, order))
            order.remove(name)
            order.insert(_after(order, previous), name)
        previous = name
    for name, symbol in new.items():
        if name in old and (was := here.text(old[name].start, old[name].end)) != there.text(
            symbol.start, symbol.end
        ):
            edits.extend(_change(path, here, there, old[name], symbol, was))
    return edits


def _after(order: list[str], previous: str | None) -> int:
    """The place that follows `previous`; the first one if there is none."""
    return order.index(previous) + 1 if previous in order else 0


def _insertion(
    path: str, there: Outline, symbol: Symbol, scope: str, previous: str | None, order: list[str]
) -> Edit:
    source = dedented(there.text(symbol.start, symbol.end))
    if previous is None and order:
        after = symbol.end
        while after < len(there.lines) and not there.lines[after].strip():
            after += 1
        source = "\n" * (after - symbol.end) + source
        return InsertSymbol(path=path, source=source, scope=scope, before=order[0])
    start = symbol.start
    while start > 0 and not there.lines[start - 1].strip():
        start -= 1
    return InsertSymbol(path=path, source="\n" * (symbol.start - start) + source, scope=scope, after=previous)


def _move(path: str, name: str, previous: str | None, order: list[str]) -> Edit:
    if previous is not None:
        return MoveSymbol(path=path, symbol=name, after=previous)
    return MoveSymbol(path=path, symbol=name, before=order[0])


def _change(path: str, here: Outline, there: Outline, old: Symbol, new: Symbol, was: str) -> list[Edit]:
    """Change a class by its members if nothing else of it changed; replace anything else whole."""
    whole: list[Edit] = [
        ReplaceSymbol(path=path, symbol=old.name, source=dedented(there.text(new.start, new.end)))
    ]
    if not (isinstance(old.node, ast.ClassDef) and isinstance(new.node, ast.ClassDef)):
        return whole
    members = _scope_edits(path, here, there, old.name)
    if not members:
        return whole
    try:
        reached = outline(
            apply(Tree({path: here.text(0, len(here.lines))}), Patch(edits=tuple(members)))[path]
        )
    except (PatchError, NotPythonError):
        return whole
    symbol = reached.by_name.get(old.name)
    exact = symbol is not None and reached.text(symbol.start, symbol.end) == there.text(new.start, new.end)
    return members if exact else whole
