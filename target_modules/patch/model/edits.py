"""The kinds of edit in a patch.

Pydantic models, because patches come from language models and from archives; a patch is JSON
`{"edits": [{"kind": "replace_symbol", "path": ..., ...}]}`.

A symbol is named by the qualified name of its definition in its file: `function`, `Class`, `Class.method`,
`Class.Inner.method`, `function.<locals>.inner` (as in Python's `__qualname__`), and for assignments at module
or class level the name that is bound (`LIMIT`, `Class.limit`).
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field


class _Edit(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)
    path: str = Field(description="file, relative to the tree's root, with forward slashes")


class ReplaceSymbol(_Edit):
    """Replace a symbol by `source`; decorators and leading comments belong to the symbol."""

    kind: Literal["replace_symbol"] = "replace_symbol"
    symbol: str
    source: str


class InsertSymbol(_Edit):
    """Insert a new symbol into `scope` ('' is the module), after or before a sibling, else at its end."""

    kind: Literal["insert_symbol"] = "insert_symbol"
    source: str
    scope: str = ""
    after: str | None = None
    before: str | None = None


class DeleteSymbol(_Edit):
    """Delete a symbol, with its decorators and leading comments."""

    kind: Literal["delete_symbol"] = "delete_symbol"
    symbol: str


class MoveSymbol(_Edit):
    """Move a symbol within its file, or to another file of the tree (`to_path`), unchanged."""

    kind: Literal["move_symbol"] = "move_symbol"
    symbol: str
    to_path: str | None = None
    after: str | None = None
    before: str | None = None


class AddImport(_Edit):
    """Add one import statement (`import x`, `from a import b as c`); no change if it is there already."""

    kind: Literal["add_import"] = "add_import"
    statement: str


class RemoveImport(_Edit):
    """Remove one import statement, or some of its names."""

    kind: Literal["remove_import"] = "remove_import"
    statement: str


class SearchReplace(_Edit):
    """Replace text that occurs exactly once in the file."""

    kind: Literal["search_replace"] = "search_replace"
    search: str
    replace: str


class CreateFile(_Edit):
    """Add a new file with `text`."""

    kind: Literal["create_file"] = "create_file"
    text: str


class DeleteFile(_Edit):
    """Delete a file."""

    kind: Literal["delete_file"] = "delete_file"


Edit = Annotated[
    ReplaceSymbol
    | InsertSymbol
    | DeleteSymbol
    | MoveSymbol
    | AddImport
    | RemoveImport
    | SearchReplace
    | CreateFile
    | DeleteFile,
    Field(discriminator="kind"),
]


class Patch(BaseModel):
    """Edits that are applied in order, all or none."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    edits: tuple[Edit, ...] = ()
