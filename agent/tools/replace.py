"""Change a file by its text."""

from __future__ import annotations

from pydantic import Field

from pygent.agent.tool import Arguments, Tool
from pygent.agent.work.apply_edit import changed
from pygent.agent.work.attempt_state import AttemptState
from pygent.target_modules.patch.model import edits
from pygent.target_modules.patch.model.edits import Edit, Patch


class ReplaceArguments(Arguments):
    """Replace text that occurs exactly once in a file, or (search left empty) create a new file."""

    path: str
    search: str = Field("", description="lines copied character for character; enough of them to be unique")
    replace: str = Field(description="the lines that replace them")


def replace(asked: ReplaceArguments, desk: AttemptState) -> str:
    edit: Edit = (
        edits.SearchReplace(path=asked.path, search=asked.search, replace=asked.replace)
        if asked.search
        else edits.CreateFile(path=asked.path, text=asked.replace)
    )
    return changed(desk, Patch(edits=(edit,)))


TOOL = Tool("replace", ReplaceArguments, replace)
