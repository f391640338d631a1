"""The state of one attempt, shared by the agent's stages and tools."""

from __future__ import annotations

import time
from dataclasses import dataclass, field

from pygent.agent.dialogue.brief import Brief
from pygent.agent.host_client import HostClient
from pygent.agent.profile import Profile
from pygent.agent.work.workspace import Workspace
from pygent.prompts.message import ToolSpec

FEW = 5  # tool calls or answers that are left, when the model is told


@dataclass
class AttemptState:
    """One attempt's state. `finished` is set by the model; `reason` says why there is no offer, if any.

    `finding` is what the model found out if it chose to change nothing: then nothing is handed back.
    """

    brief: Brief
    profile: Profile
    door: HostClient
    workspace: Workspace
    servers: tuple[ToolSpec, ...] = ()
    note: str = field(default="", init=False)
    reason: str = field(default="", init=False)
    finding: str = field(default="", init=False)
    finished: bool = field(default=False, init=False)
    steps: int = field(default=0, init=False)
    evaluations: int = field(default=0, init=False)
    stages: list[str] = field(default_factory=list, init=False)
    started: float = field(default_factory=time.monotonic, init=False)

    @property
    def spent(self) -> str:
        """The limit of the attempt that is reached, in words, or ''."""
        limits = self.profile.limits
        if self.door.calls >= limits.calls:
            return f"{limits.calls} answers of the model"
        if self.steps >= limits.steps:
            return f"{limits.steps} tool calls"
        if time.monotonic() - self.started > limits.minutes * 60 * 0.9:
            return f"{limits.minutes:g} minutes"
        return ""

    @property
    def left(self) -> str:
        """The tool calls and answers that are left, in words, once they are few; else ''."""
        limits = self.profile.limits
        steps, calls = limits.steps - self.steps, limits.calls - self.door.calls
        if self.finished or (steps > FEW and calls > FEW):
            return ""
        return f"left: {_counted(steps, 'tool call')}, {_counted(calls, 'answer')}"


def _counted(number: int, what: str) -> str:
    return f"{max(number, 0)} {what}{'' if number == 1 else 's'}"
