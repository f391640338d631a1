"""Change a file by its text."""

from __future__ import annotations

from pydantic import Field

from pygent.agent.tool import Arguments, Tool, ToolError
from pygent.agent.work.apply_edit import changed
from pygent.agent.work.attempt_state import AttemptState
from pygent.agent.work.workspace import Workspace
from pygent.target_modules.patch.model import edits
from pygent.target_modules.patch.model.edits import Edit, Patch


class ReplaceArguments(Arguments):
    """Replace text that occurs exactly once in a file, or (search left empty) write a new file."""

    path: str
    search: str = Field("", description="lines copied character for character; enough of them to be unique")
    replace: str = Field(description="the lines that replace them")


def replace(asked: ReplaceArguments, desk: AttemptState) -> str:
    return changed(desk, Patch(edits=_edits(asked, desk.workspace)))


def _edits(asked: ReplaceArguments, workspace: Workspace) -> tuple[Edit, ...]:
    if asked.search:
        return (edits.SearchReplace(path=asked.path, search=asked.search, replace=asked.replace),)
    written = edits.CreateFile(path=asked.path, text=asked.replace)
    before = workspace.tree().files.get(asked.path)
    if before is None or not workspace.editable.touches(asked.path):
        return (written,)
    if before.strip():
        raise ToolError(
            f"{asked.path}: the file exists already; give `search` (the lines that `replace` is for), "
            "or a whole definition with edit_symbol"
        )
    return edits.DeleteFile(path=asked.path), written


TOOL = Tool("replace", ReplaceArguments, replace)
