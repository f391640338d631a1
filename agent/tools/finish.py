"""Hand the work back."""

from __future__ import annotations

from pydantic import Field

from pygent.agent.tool import Arguments, Tool, ToolError
from pygent.agent.work.attempt_state import AttemptState


class FinishArguments(Arguments):
    """End the work: the files as they are now are handed back."""

    note: str = Field(description="one line: what was changed and why it helps")


def finish(asked: FinishArguments, desk: AttemptState) -> str:
    if not desk.workspace.changed():
        raise ToolError("nothing that you may change has changed yet; change it first")
    if broken := desk.workspace.broken():
        raise ToolError(f"it does not parse: {broken}; fix that first")
    desk.note = asked.note
    desk.finished = True
    return "Handed back."


TOOL = Tool("finish", FinishArguments, finish, ())
