"""What a variant changed, by symbol."""

from __future__ import annotations

import ast
import textwrap
from dataclasses import dataclass

from pygent.archive.records import VariantRecord
from pygent.archive.store import ArchiveStore
from pygent.interfaces.views.variant_views import files
from pygent.target_modules.patch.diff.tree_diff import diff
from pygent.target_modules.patch.model import edits
from pygent.target_modules.patch.model.tree import Tree

_KINDS = {
    edits.ReplaceSymbol: "changed",
    edits.InsertSymbol: "new",
    edits.DeleteSymbol: "deleted",
    edits.MoveSymbol: "moved",
    edits.AddImport: "import added",
    edits.RemoveImport: "import removed",
    edits.CreateFile: "new file",
    edits.DeleteFile: "deleted file",
}


@dataclass(frozen=True)
class Change:
    """A symbol, import or file that differs; `symbol` is '' for a file."""

    path: str
    symbol: str
    kind: str


def changes(before: Tree, after: Tree) -> list[Change]:
    rows = []
    for edit in diff(before, after).edits:
        name = getattr(edit, "symbol", "") or getattr(edit, "statement", "") or _defined(edit)
        rows.append(Change(edit.path, name, _KINDS.get(type(edit), "text changed")))
    return rows


def symbols(archive: ArchiveStore, variant: VariantRecord) -> list[str]:
    """`path:symbol` of each change against the first parent; empty if the variant has no source."""
    if variant.tree is None or not variant.parents:
        return []
    before = files(archive, archive.variants.get(variant.parents[0]))
    rows = changes(Tree(before), Tree(files(archive, variant)))
    return list(dict.fromkeys(f"{row.path}:{row.symbol}" for row in rows))


def _defined(edit: edits.Edit) -> str:
    """The name of a new symbol."""
    try:
        first = ast.parse(textwrap.dedent(getattr(edit, "source", ""))).body[0]
    except (SyntaxError, IndexError, ValueError):
        return ""
    return str(getattr(first, "name", "")) or ast.unparse(first).split("=")[0].strip()[:80]
