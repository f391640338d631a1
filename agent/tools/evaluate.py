"""Run the visible cases."""

from __future__ import annotations

from pygent.agent.tool import Arguments, Tool, ToolError
from pygent.agent.work.attempt_state import AttemptState


class EvaluateArguments(Arguments):
    """Measure the files as they are now on the visible cases: score, failures in words. It takes a while."""


def evaluate(asked: EvaluateArguments, desk: AttemptState) -> str:
    most = desk.profile.limits.evaluations
    if desk.evaluations >= most:
        raise ToolError(f"the visible cases were run {most} times already: finish with what you know")
    if broken := desk.workspace.broken():
        raise ToolError(f"it does not parse: {broken}; fix that first")
    desk.evaluations += 1
    answer = desk.door.evaluate(desk.workspace.result())
    if answer.is_error:
        raise ToolError(answer.text)
    return f"{answer.text}\n[{most - desk.evaluations} more evaluations are left]"


TOOL = Tool("evaluate", EvaluateArguments, evaluate, ("sandbox", "tests"))
