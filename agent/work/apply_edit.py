"""The one way in which tools change files."""

from __future__ import annotations

from pygent.agent.tool import ToolError
from pygent.agent.work.attempt_state import AttemptState
from pygent.prompts import quote
from pygent.target_modules.patch.apply import PatchError
from pygent.target_modules.patch.diff.unified import unified
from pygent.target_modules.patch.model.edits import Patch, SearchReplace

_NOTES = 400  # characters that are kept for what stands around a diff
_ANY = {"unknown_file": "; call view without a path to see the files"}
_FOR_TEXT = {
    **_ANY,
    "unmatched": "; view the file again and copy the text exactly",
    "ambiguous": "; copy more lines around it, so that it is unique",
}
_FOR_SYMBOLS = {
    **_ANY,
    "unmatched": "; view the file with outline=true to see its names",
    "unparsable": "; this does not parse: give the whole definition, or change the text with `replace`",
}


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
        by_text = isinstance(patch.edits[error.edit_number - 1], SearchReplace)
        advice = (_FOR_TEXT if by_text else _FOR_SYMBOLS).get(error.kind, "")
        raise ToolError(f"{error.path}: {error.reason}{advice}") from None
    if after == before:
        return "This change makes no difference."
    broken = desk.workspace.broken()
    note = f"\nIt does not parse now: {broken}" if broken else ""
    room = desk.profile.limits.output - _NOTES
    return f"Done:\n{quote.cut_diff(quote.escape(unified(before, after)), room)}{note}"
