"""The free gate for a coding agent: does it run, and can it do the simplest task, before a model is paid?"""

from __future__ import annotations

import json
import re
from typing import Any

from pygent.benchmarks.suites.tree_execution import said
from pygent.benchmarks.tasks.agent_program import agent_program
from pygent.prompts.quote import line
from pygent.sandbox.api import Box, Call, CallSession, Outcome
from pygent.sandbox.host import json_values
from pygent.target_modules.patch.model.tree import Tree

_NAME = re.compile(r"[a-zA-Z0-9_-]{1,64}")
_MOST = 12  # answers that the agent gets
_FILES = {"shop.py": "TAX = 0.2\n\n\ndef gross(net):\n    return net * (1 - TAX)\n"}
_WANTED = "TAX = 0.2\n\n\ndef gross(net):\n    return net * (1 + TAX)\n"
_TASK: dict[str, Any] = {
    "brief": {
        "target": "trial",
        "goal": "gross() subtracts the tax. Add it.",
        "notes": "",
        "files": _FILES,
        "editable": ["shop.py"],
        "objective": "Tests decide.",
        "score": None,
        "baseline_score": None,
    },
    "profile": {"name": "trial", "pipeline": "direct", "tools": ["*"]},
    "mcp_tools": [],
}
_MOVES: tuple[tuple[str, dict[str, str]], ...] = (
    ("view", {"path": "shop.py"}),
    ("replace", {"path": "shop.py", "search": "(1 - TAX)", "replace": "(1 + TAX)"}),
    ("finish", {"note": "adds the tax"}),
)


def trial(agent: Tree, box: Box) -> tuple[str, bool]:
    """Why the agent is not worth a paid task, in one line, or '', and whether it broke the protocol.

    A script replaces the model. Raises `SandboxFaultError`.
    """
    session = box.open(agent_program(agent.files))
    try:
        reason = _tried(session)
    finally:
        execution = session.close()
    return reason, execution.violated


def _tried(session: CallSession) -> str:
    if not session.going:
        return f"trial: it cannot be imported: {said(session.load)}"
    reply = session.call(Call((_TASK,)))
    for answered in range(_MOST):
        if reply.outcome is not Outcome.OK:
            return f"trial: it {said(reply)}"
        asked = reply.value
        if wrong := json_values.trouble(asked):
            return f"trial: it sent what is not JSON: {wrong}"
        if not isinstance(asked, dict) or "op" not in asked:
            return _judged(asked)
        if asked["op"] != "complete":
            return f"trial: it asked for {line(str(asked['op']), 40)}, which a task does not need"
        if answered == 0 and (wrong := _wrong(asked.get("tools"))):
            return f"trial: {wrong}"
        reply = session.call(Call((_answer(answered),)))
    return f"trial: it did not finish the simplest task within {_MOST} answers"


def _answer(number: int) -> dict[str, Any]:
    name, arguments = _MOVES[min(number, len(_MOVES) - 1)]
    return {"text": "", "calls": [[f"call-{number}", name, json.dumps(arguments)]], "cut_off": False}


def _wrong(tools: object) -> str:
    """What is wrong with the tools that the agent offers to a model."""
    if not isinstance(tools, list) or not tools:
        return "it tells the model of no tools"
    names = [tool.get("name") if isinstance(tool, dict) else None for tool in tools]
    if len(set(map(str, names))) != len(names):
        return "two tools have one name"
    for tool in tools:
        name = tool.get("name") if isinstance(tool, dict) else None
        if not isinstance(name, str) or not _NAME.fullmatch(name):
            return f"a tool's name is not valid: {line(str(name), 80)}"
        if not isinstance(tool.get("description"), str) or not tool["description"].strip():
            return f"tool {name} has no description"
        schema = tool.get("parameters")
        if not isinstance(schema, dict) or schema.get("type") != "object":
            return f"tool {name}: its parameters are not the schema of an object"
    missing = [name for name, _ in _MOVES if name not in names]
    return f"it has no tool {missing[0]}" if missing else ""


def _judged(result: object) -> str:
    files = result.get("files") if isinstance(result, dict) else None
    reason = result.get("reason") if isinstance(result, dict) else ""
    if reason or not isinstance(files, dict) or files.get("shop.py") != _WANTED:
        return f"trial: the simplest task failed: {line(str(reason or 'the file is not as it must be'))}"
    return ""
