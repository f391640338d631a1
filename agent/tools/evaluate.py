"""Run the visible cases."""

from __future__ import annotations

from pygent.agent.tool import Arguments, Tool, ToolError, ToolResult
from pygent.agent.work.attempt_state import AttemptState


class EvaluateArguments(Arguments):
    """Measure the files as they are now on the visible cases: score, failures in words.

    It takes a while, and can be done $evaluations times.
    """


def evaluate(asked: EvaluateArguments, desk: AttemptState) -> ToolResult:
    most = desk.profile.limits.evaluations
    if desk.evaluations >= most:
        raise ToolError(f"the visible cases were run {most} times already: finish with what you know")
    if broken := desk.workspace.broken():
        raise ToolError(f"it does not parse: {broken}; fix that first")
    desk.evaluations += 1
    answer = desk.door.evaluate(desk.workspace.result())
    if answer.is_error:
        raise ToolError(answer.text)
    text = f"{answer.text}\n[evaluations left: {most - desk.evaluations}]"
    return ToolResult(text, doubt="you have not read yet how the visible cases went")


TOOL = Tool("evaluate", EvaluateArguments, evaluate, ("sandbox", "tests"))
