"""Change a file by its symbols: replace, insert or delete a function, class, method or constant."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from pygent.agent.tool import Arguments, Tool, ToolError
from pygent.agent.work.apply_edit import changed
from pygent.agent.work.attempt_state import AttemptState
from pygent.target_modules.patch.model import edits
from pygent.target_modules.patch.model.edits import Edit, Patch


class EditSymbolArguments(Arguments):
    """Replace, insert or delete one symbol by its qualified name (`function`, `Class.method`, `CONSTANT`).

    It can also add an import. `source` is the whole new definition, decorators included; its indentation is
    put right.
    """

    action: Literal["replace", "insert", "delete", "import"]
    path: str
    symbol: str = Field("", description="the symbol; for insert, the one to insert after ('' for the end)")
    source: str = Field("", description="the new definition, or the import statement")
    scope: str = Field("", description="for insert: the class it goes into; '' is the module")


def edit_symbol(asked: EditSymbolArguments, desk: AttemptState) -> str:
    return changed(desk, Patch(edits=(_edit(asked),)))


def _edit(asked: EditSymbolArguments) -> Edit:
    if asked.action != "delete" and not asked.source.strip():
        raise ToolError(f"{asked.action} needs `source`")
    if asked.action in ("replace", "delete") and not asked.symbol:
        raise ToolError(f"{asked.action} needs `symbol`; view the file with outline=true to see its names")
    if asked.action == "replace":
        return edits.ReplaceSymbol(path=asked.path, symbol=asked.symbol, source=asked.source)
    if asked.action == "delete":
        return edits.DeleteSymbol(path=asked.path, symbol=asked.symbol)
    if asked.action == "import":
        return edits.AddImport(path=asked.path, statement=asked.source.strip())
    return edits.InsertSymbol(
        path=asked.path, source=asked.source, scope=asked.scope, after=asked.symbol or None
    )


TOOL = Tool("edit_symbol", EditSymbolArguments, edit_symbol)
