"""A diff of two trees in the form that suits models best: by symbols, without anything unchanged."""

from __future__ import annotations

from difflib import unified_diff

from pygent.target_modules.patch.diff.tree_diff import diff
from pygent.target_modules.patch.diff.unified import unified
from pygent.target_modules.patch.model import edits
from pygent.target_modules.patch.model.edits import Edit
from pygent.target_modules.patch.model.tree import Tree
from pygent.target_modules.patch.syntax.outline import outline
from pygent.target_modules.patch.syntax.source import NotPythonError
from pygent.target_modules.patch.syntax.symbols import SymbolError, source_of


def by_symbol(before: Tree, after: Tree) -> str:
    """One part for each symbol, import or file that differs, headed by its place; '' if nothing does.

    A file that cannot be read by symbols is given as a unified diff.
    """
    return "".join(_part(before, after, edit) for edit in diff(before, after).edits)


def _part(before: Tree, after: Tree, edit: Edit) -> str:
    if isinstance(edit, edits.ReplaceSymbol):
        try:
            old = source_of(outline(before[edit.path]), edit.symbol)
        except (SymbolError, NotPythonError, KeyError):
            old = ""
        return f"@@ {edit.path}:{edit.symbol}\n{_lines(old, edit.source)}"
    if isinstance(edit, edits.InsertSymbol):
        return f"@@ {edit.path}: new\n{_lines('', edit.source)}"
    if isinstance(edit, edits.DeleteSymbol):
        return f"@@ {edit.path}:{edit.symbol}\n-[deleted]\n"
    if isinstance(edit, edits.MoveSymbol):
        return f"@@ {edit.path}:{edit.symbol}\n [moved, unchanged]\n"
    if isinstance(edit, edits.AddImport):
        return f"@@ {edit.path}\n+{edit.statement}\n"
    if isinstance(edit, edits.RemoveImport):
        return f"@@ {edit.path}\n-{edit.statement}\n"
    sides = [Tree({edit.path: tree[edit.path]} if edit.path in tree else {}) for tree in (before, after)]
    return unified(sides[0], sides[1], context=1)


def _lines(old: str, new: str) -> str:
    rows = list(unified_diff(old.splitlines(), new.splitlines(), lineterm="", n=1))[2:]
    return "".join(f"{row}\n" for row in rows if not row.startswith("@@"))
