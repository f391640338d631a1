"""A diff of two trees in the form that suits models best: by symbols, without anything unchanged."""

from __future__ import annotations

from difflib import unified_diff

from pygent.target_modules.patch.diff.tree_diff import diff
from pygent.target_modules.patch.model import edits
from pygent.target_modules.patch.model.edits import Edit
from pygent.target_modules.patch.model.tree import Tree
from pygent.target_modules.patch.syntax.outline import outline
from pygent.target_modules.patch.syntax.source import NotPythonError
from pygent.target_modules.patch.syntax.symbols import SymbolError, source_of


def by_symbol(before: Tree, after: Tree) -> str:
    """One part for each symbol, import, text or file that differs; '' if nothing but blank lines does.

    Each part begins with a line `@@ place`; its other lines begin with `-`, `+` or a blank.
    """
    parts = (_part(before, after, edit) for edit in diff(before, after).edits)
    return "".join(f"@@ {place}\n{rows}" for place, rows in parts if rows)


def _part(before: Tree, after: Tree, edit: Edit) -> tuple[str, str]:
    """The place and the changed lines of an edit."""
    path = edit.path
    if isinstance(edit, edits.ReplaceSymbol):
        try:
            old = source_of(outline(before[path]), edit.symbol)
        except (SymbolError, NotPythonError, KeyError):
            old = ""
        return f"{path}:{edit.symbol}", _lines(old, edit.source)
    if isinstance(edit, edits.InsertSymbol):
        return f"{path}:{_first_name(edit.source)} (new)", _lines("", edit.source.strip("\n"))
    if isinstance(edit, edits.DeleteSymbol):
        return f"{path}:{edit.symbol}", "-[deleted]\n"
    if isinstance(edit, edits.MoveSymbol):
        return f"{path}:{edit.symbol}", " [moved, unchanged]\n"
    if isinstance(edit, edits.AddImport):
        return path, f"+{edit.statement}\n"
    if isinstance(edit, edits.RemoveImport):
        return path, f"-{edit.statement}\n"
    if isinstance(edit, edits.SearchReplace):
        return path, "" if _rows(edit.search) == _rows(edit.replace) else _lines(edit.search, edit.replace)
    if isinstance(edit, edits.CreateFile):
        known = before.files.get(path)
        return path if known is not None else f"{path} (new)", _lines(known or "", edit.text)
    return path, "" if path in after else "-[deleted]\n"  # else it is written anew


def _first_name(source: str) -> str:
    try:
        symbols = outline(source).symbols
    except (NotPythonError, RecursionError):
        return "?"
    return symbols[0].name if symbols else "?"


def _rows(text: str) -> list[str]:
    """The lines that are not blank."""
    return [row for row in text.splitlines() if row.strip()]


def _lines(old: str, new: str) -> str:
    rows = list(unified_diff(old.splitlines(), new.splitlines(), lineterm="", n=1))[2:]
    return "".join(f"{row}\n" for row in rows if not row.startswith("@@"))
