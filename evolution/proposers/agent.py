"""Proposals by the coding agent: it works on the parent's tree in a box, with its tools, through its door."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict, replace
from random import Random
from typing import Any

from pygent.benchmarks.judge import retried
from pygent.evolution.proposers.agent_box import Work, let_work, taken
from pygent.evolution.proposers.llm import brief, offered
from pygent.evolution.protocols import DurableSteps, Parent, Proposal
from pygent.evolution.run.attempt_gateways import AttemptGateways, AttemptLimits
from pygent.gateway.box.attempt_gateway import AttemptGateway, Service
from pygent.sandbox.api import BoxSpec, Sandbox
from pygent.target_modules.patch.model.editable import Editable
from pygent.target_modules.spec.manifest import Target

NO_CHANGE = "no_change: the agent changed nothing that it may change"


class AgentProposer:
    """Lets the agent work on each parent. What it cost is counted also where nothing comes of it.

    Every fault of one attempt is a proposal with its reason; what ends the run goes through to the loop.
    """

    name = "agent"
    waits = True

    def __init__(
        self,
        doors: AttemptGateways,
        sandbox: Sandbox,
        spec: BoxSpec,
        agent: Mapping[str, str],
        profile: Mapping[str, Any],
        limits: AttemptLimits,
        *,
        services: Callable[[Parent], Mapping[str, Service]],
        baseline: Callable[[], float | None] = lambda: None,
    ) -> None:
        """`agent` is the agent's own code by path, `profile` how it is to work; `services` answer what it
        asks about its own work."""
        self._doors = doors
        self._sandbox = sandbox
        self._spec = spec
        self._agent = agent
        self._profile = profile
        self._limits = limits
        self._services = services
        self._baseline = baseline

    @property
    def exhausted(self) -> str:
        return self._doors.exhausted

    def propose(
        self, target: Target, parent: Parent, rng: Random, seen: Callable[[str], bool], once: DurableSteps
    ) -> Proposal:
        seed = rng.randrange(2**31)
        told = asdict(brief(target, parent, self._baseline()))
        tools = self._doors.tools(once, self._profile["mcp"])
        task = {"brief": told, "profile": self._profile, "mcp_tools": tools}

        def work() -> tuple[Work, AttemptGateway]:
            door = self._doors.open(once, seed=seed, services=self._services(parent), limits=self._limits)
            return let_work(self._sandbox, self._spec, self._agent, task, door), door

        done, door = retried(work, "the agent at work")
        operator = str(self._profile.get("name", "agent"))
        made = Proposal(None, operator, done.note, usage=door.usage, written_by_model=True)
        if done.reason:
            return replace(made, reason=done.reason, violation=done.violation)
        tree = taken(parent.tree, done, Editable.of(target.manifest.editable))
        if tree == parent.tree:
            return replace(made, reason=door.refused or NO_CHANGE)
        return offered(made, tree, seen)
