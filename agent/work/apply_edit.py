"""The one way in which tools change files."""

from __future__ import annotations

from pygent.agent.tool import ToolError
from pygent.agent.work.attempt_state import AttemptState
from pygent.target_modules.patch.apply import PatchError
from pygent.target_modules.patch.diff.unified import unified
from pygent.target_modules.patch.model.edits import Patch


def changed(desk: AttemptState, patch: Patch) -> str:
    """Apply a patch to the files and show what it did. Raises `ToolError` and changes nothing."""
    for edit in patch.edits:
        if not desk.workspace.editable.touches(edit.path):
            allowed = ", ".join(desk.workspace.allowed)
            raise ToolError(f"{edit.path} may not be changed; you may change: {allowed}")
    before = desk.workspace.tree()
    try:
        after = desk.workspace.change(patch)
    except PatchError as error:
        advice = {
            "unmatched": "view the file again and copy the text or the name exactly",
            "ambiguous": "copy more lines around it, so that it is unique",
            "unparsable": "the result would not parse; give the whole definition",
            "unknown_file": "call view without a path to see the files",
        }.get(error.kind, "look at the file again")
        raise ToolError(f"{error.path}: {error.reason}; {advice}") from None
    if after == before:
        return "This change makes no difference."
    broken = desk.workspace.broken()
    note = f"\nIt does not parse now: {broken}" if broken else ""
    return f"Done:\n{unified(before, after)}{note}"
