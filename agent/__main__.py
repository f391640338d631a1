"""The agent's entry point: one attempt, from the task to the result.

In a box the runner calls `attempt`. `python -m pygent.agent` speaks the same protocol over standard input and
output, one line of JSON each way: the task, then questions and answers in turn, finally `{"result": ...}`.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from typing import Any

from pygent.agent.dialogue.brief import Brief
from pygent.agent.host_client import (
    Ask,
    BudgetExhaustedError,
    ContextTooLongError,
    HostClient,
    ModelUnavailableError,
)
from pygent.agent.pipelines import run
from pygent.agent.profile import Profile
from pygent.agent.work.attempt_state import AttemptState
from pygent.agent.work.workspace import Workspace
from pygent.prompts.message import ToolSpec


def attempt(ask: Ask, task: Mapping[str, Any]) -> dict[str, Any]:
    """Work on a task and hand back the editable files, or a finding, or the reason why there is neither."""
    brief = Brief.of(task["brief"])
    workspace = Workspace(brief.files, brief.editable)
    servers = tuple(
        ToolSpec(tool["name"], tool["description"], tool["parameters"]) for tool in task["mcp_tools"]
    )
    desk = AttemptState(brief, Profile.of(task["profile"]), HostClient(ask), workspace, servers)
    try:
        run(desk)
    except BudgetExhaustedError as error:
        desk.reason = "" if workspace.changed() else str(error)
    except (ModelUnavailableError, ContextTooLongError) as error:
        desk.reason = str(error)
    try:
        return _result(desk)
    finally:
        workspace.close()


def _result(desk: AttemptState) -> dict[str, Any]:
    if desk.finding and not desk.reason:
        return _handed_back(desk, {})
    if not desk.reason and not desk.workspace.changed():
        desk.reason = (
            desk.spent and f"used up {desk.spent} without a change"
        ) or "no_change: nothing was changed"
    if not desk.reason and (broken := desk.workspace.broken()):
        desk.reason = f"unparsable: {broken}"
    return _handed_back(desk, desk.workspace.result())


def _handed_back(desk: AttemptState, files: Mapping[str, str]) -> dict[str, Any]:
    return {
        "files": dict(files),
        "note": desk.note,
        "reason": desk.reason,
        "finding": desk.finding,
        "steps": desk.steps,
        "stages": list(desk.stages),
    }


def main() -> None:
    def ask(question: Any) -> Any:
        print(json.dumps(question), flush=True)
        return json.loads(sys.stdin.readline())

    print(json.dumps({"result": attempt(ask, json.loads(sys.stdin.readline()))}), flush=True)


if __name__ == "__main__":
    main()
