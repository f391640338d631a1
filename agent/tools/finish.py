"""Hand the work back, or say that nothing is worth changing."""

from __future__ import annotations

from pydantic import Field

from pygent.agent.tool import Arguments, Tool, ToolError
from pygent.agent.work.attempt_state import AttemptState


class FinishArguments(Arguments):
    """End the work: the files as they are now are handed back.

    With `no_change`, nothing is handed back, and the note is kept as a finding that later attempts read: a
    good end if you found out that nothing is worth changing.
    """

    note: str = Field(
        description="what was changed and why it helps, or with `no_change` what you found out, figures "
        "included; the first 2000 characters are kept"
    )
    no_change: bool = Field(False, description="end without a change; files that you changed are dropped")


def finish(asked: FinishArguments, desk: AttemptState) -> str:
    if asked.no_change:
        return _without_change(asked.note.strip(), desk)
    if not desk.workspace.changed():
        raise ToolError(
            "nothing that you may change has changed yet; change it first, or call finish with "
            "no_change=true and a note that says what you found out"
        )
    if broken := desk.workspace.broken():
        raise ToolError(f"it does not parse: {broken}; fix that first")
    desk.note = asked.note
    desk.finished = True
    return "Handed back."


def _without_change(finding: str, desk: AttemptState) -> str:
    if not finding:
        raise ToolError("say in `note` what you found out; it is what later attempts read")
    desk.finding = finding
    desk.finished = True
    dropped = "; your changes are dropped" if desk.workspace.changed() else ""
    return f"Kept as a finding{dropped}."


TOOL = Tool("finish", FinishArguments, finish, ())
