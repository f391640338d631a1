"""Run a command in the box."""

from __future__ import annotations

import shutil
import signal
import subprocess
from functools import cache

from pydantic import Field

from pygent.agent.tool import Arguments, Tool, ToolError, ToolResult
from pygent.agent.work.attempt_state import AttemptState
from pygent.agent.work.subprocess_runner import Done, run

_PIPE_CLOSED = 128 + signal.SIGPIPE


class ShellArguments(Arguments):
    """Run a shell command in the root of the files, for at most $seconds seconds.

    `set -e` and, if the box has it, `pipefail` are on: the first command that fails ends the whole with its
    exit code. Write `|| true` after one that may fail, and no `&&` between checks: `a && b; c` goes on to c
    if a fails. There is no network.
    `python3` is available: `python3 - <<'E'` runs a check that leaves no file behind.
    """

    command: str = Field(min_length=1, max_length=8000)
    seconds: float | None = Field(None, gt=0, description="stop it sooner: after this many seconds")


def shell(asked: ShellArguments, desk: AttemptState) -> ToolResult:
    if shutil.which("sh") is None:
        raise ToolError("there is no shell in this box; use the other tools")
    most = desk.profile.limits.seconds
    seconds = min(asked.seconds or most, most)
    try:
        done = run([*_shell(), asked.command], desk.workspace.root, seconds)
    except (OSError, ValueError) as error:  # no more processes, or a null character in the command
        raise ToolError(f"the command cannot be run: {error}") from None
    if failure := _failure(done, seconds, most):
        said = done.output or "(it printed nothing)"
        return ToolResult(f"[FAILED: {failure}]\n{said}", doubt=f"a command failed ({failure})")
    return ToolResult(f"[exit code 0]\n{done.output}")


def _failure(done: Done, seconds: float, most: float) -> str:
    """What went wrong with a command, or ''."""
    if done.timed_out:
        return f"stopped after {seconds:g} s, of {most:g} at most"
    if done.code < 0:
        return f"ended by signal {-done.code}"
    if done.code == _PIPE_CLOSED:
        return f"exit code {done.code}: its pipe was closed before it had written all, as by `head`"
    return f"exit code {done.code}" if done.code else ""


@cache
def _shell() -> tuple[str, ...]:
    """The shell and its options: one in which a pipe fails if any part of it does, if there is one."""
    for name in ("sh", "bash"):
        command = (name, "-e", "-o", "pipefail", "-c")
        if shutil.which(name) and subprocess.run([*command, ":"], capture_output=True).returncode == 0:
            return command
    return "sh", "-e", "-c"


TOOL = Tool("shell", ShellArguments, shell, ("sandbox", "shell"))
