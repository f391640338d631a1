"""Run a command in the box."""

from __future__ import annotations

import shutil

from pydantic import Field

from pygent.agent.tool import Arguments, Tool, ToolError
from pygent.agent.work.attempt_state import AttemptState
from pygent.agent.work.subprocess_runner import run


class ShellArguments(Arguments):
    """Run a shell command in the root of the files. There is no network; `python3` is available."""

    command: str = Field(min_length=1, max_length=8000)


def shell(asked: ShellArguments, desk: AttemptState) -> str:
    if shutil.which("sh") is None:
        raise ToolError("there is no shell in this box; use the other tools")
    try:
        done = run(["sh", "-c", asked.command], desk.workspace.root, desk.profile.limits.seconds)
    except (OSError, ValueError) as error:  # no more processes, or a null character in the command
        raise ToolError(f"the command cannot be run: {error}") from None
    if done.timed_out:
        return f"[ended after {desk.profile.limits.seconds:g} s]\n{done.output}"
    return f"[exit code {done.code}]\n{done.output}"


TOOL = Tool("shell", ShellArguments, shell, ("sandbox", "shell"))
