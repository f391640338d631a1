"""Let a variant of the coding agent do its tasks while it is measured."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from pygent.agent.dialogue.brief import Brief
from pygent.benchmarks.results import Job, Solved
from pygent.evolution.models.attempt_gateways import AttemptGateways, AttemptLimits
from pygent.evolution.proposers.agent_box import let_work, spec_of, taken
from pygent.evolution.protocols import DurableSteps
from pygent.gateway.box.attempt_gateway import AttemptGateway
from pygent.prompts.quote import line
from pygent.sandbox.api import Sandbox
from pygent.target_modules.patch.model.editable import Editable
from pygent.target_modules.patch.model.tree import Tree

TRACE = 30  # last messages of a task that another agent may read
_OBJECTIVE = "Tests that you cannot see decide whether the task is done."


class AgentSolver:
    """Implements `Solver`: each task runs in a fresh box, through a separate gateway.

    A task, agent and seed have one answer within an attempt: what was paid for is not asked for again.
    """

    def __init__(
        self,
        doors: AttemptGateways,
        sandbox: Sandbox,
        once: DurableSteps,
        *,
        profile: Mapping[str, Any],
        limits: AttemptLimits,
        minutes: float,
    ) -> None:
        self._doors = doors
        self._sandbox = sandbox
        self._once = once
        self._profile = profile
        self._limits = limits
        self._spec = spec_of((), minutes=minutes)

    def solve(self, agent: Tree, job: Job) -> Solved:
        place = f"{agent.id[:16]}/{job.name}/{job.seed}"
        door = self._doors.open(self._once, seed=job.seed, limits=self._limits, place=place)
        brief = Brief(
            target=job.name,
            goal=job.instruction,
            notes="",
            files=job.files,
            editable=job.editable,
            objective=_OBJECTIVE,
            score=None,
            baseline_score=None,
        )
        task = {"brief": asdict(brief), "profile": self._profile, "mcp_tools": []}
        work = let_work(self._sandbox, self._spec, agent.files, task, door)
        files = taken(Tree(job.files), work, Editable.of(job.editable)).files
        ended = f"it changed nothing: {work.finding}" if work.finding else ""
        reason = work.reason or door.refused or line(ended)
        return Solved(files, door.usage.tokens, max(work.steps, door.steps), reason, trace(door))


def trace(door: AttemptGateway) -> tuple[str, ...]:
    """The last calls and results of an agent at its gateway, one line each."""
    lines = []
    for message in door.conversation:
        lines += [f"called {call.name}({line(call.arguments, 120)})" for call in message.calls]
        if message.role == "tool":
            lines.append(f"got: {line(message.content, 160)}")
        elif message.role == "assistant" and message.content.strip():
            lines.append(f"said: {line(message.content, 160)}")
    return tuple(lines[-TRACE:])
