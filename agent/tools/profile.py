"""Find out where the time goes: by function with cProfile, and by line."""

from __future__ import annotations

import pickle
import sys
from pathlib import Path

from pydantic import Field

from pygent.agent.host_client import Said
from pygent.agent.tool import Arguments, Tool, ToolError
from pygent.agent.work.attempt_state import AttemptState
from pygent.agent.work.subprocess_runner import run

_SCRIPT = Path(__file__).parent.parent / "work" / "profiled_program.py"


class ProfileArguments(Arguments):
    """Run the function that is measured on visible inputs under a profiler: time by function and by line.

    It may take $seconds seconds.
    """

    inputs: int = Field(10, ge=1, le=200, description="how many inputs")


def profile(asked: ProfileArguments, desk: AttemptState) -> str:
    inputs = desk.door.inputs(asked.inputs)
    if isinstance(inputs, Said):
        raise ToolError(inputs.text)
    job = (str(desk.workspace.root), inputs.path, inputs.module, inputs.function, inputs.inputs)
    command = [sys.executable, "-P", str(_SCRIPT)]  # -P: our own modules must not be found by name
    done = run(command, desk.workspace.root, desk.profile.limits.seconds, pickle.dumps(job))
    if done.timed_out:
        raise ToolError(
            f"{asked.inputs} inputs took longer than {desk.profile.limits.seconds:g} s; ask for fewer"
        )
    return done.output


TOOL = Tool("profile", ProfileArguments, profile, ("sandbox", "inputs"))
