"""Proposals by the coding agent, which works on the parent's tree in a box, through its gateway."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, replace
from random import Random
from typing import Any

from pygent.evolution.models.attempt_gateways import AttemptGateways, AttemptLimits
from pygent.evolution.proposers.agent_box import Work, let_work, taken
from pygent.evolution.proposers.brief_of_parent import RunFacts, brief
from pygent.evolution.proposers.llm import offered
from pygent.evolution.protocols import DurableSteps, Parent, Proposal
from pygent.gateway.box.attempt_gateway import AttemptGateway, Service
from pygent.sandbox.api import BoxSpec, Sandbox
from pygent.sandbox.host.retry import retried
from pygent.target_modules.patch.model.editable import Editable
from pygent.target_modules.spec.manifest import Target

NO_CHANGE = "no_change: the agent changed nothing that it may change"


@dataclass(frozen=True)
class AgentSetup:
    """An agent's code by path, the box that it needs, and its profile."""

    files: Mapping[str, str]
    spec: BoxSpec
    profile: Mapping[str, Any]
    limits: AttemptLimits


class AgentProposer:
    """Lets the agent work on each parent; its cost counts even if it proposes nothing.

    Every fault of an attempt becomes a proposal with its reason; errors that end the run propagate.
    """

    name = "agent"
    waits = True

    def __init__(
        self,
        doors: AttemptGateways,
        sandbox: Sandbox,
        setup: AgentSetup,
        *,
        services: Callable[[Parent], Mapping[str, Service]],
        baseline: Callable[[], float | None] = lambda: None,
        facts: RunFacts = RunFacts(),  # noqa: B008
    ) -> None:
        """`services` answer the agent's questions about its work."""
        self._doors = doors
        self._sandbox = sandbox
        self._setup = setup
        self._services = services
        self._baseline = baseline
        self._facts = facts

    @property
    def exhausted(self) -> str:
        return self._doors.exhausted

    def propose(
        self, target: Target, parent: Parent, rng: Random, seen: Callable[[str], bool], once: DurableSteps
    ) -> Proposal:
        seed = rng.randrange(2**31)
        words = asdict(brief(target, parent, self._baseline(), self._facts))
        setup = self._setup
        tools = self._doors.tools(once, setup.profile["mcp"])
        task = {"brief": words, "profile": setup.profile, "mcp_tools": tools}

        def work() -> tuple[Work, AttemptGateway]:
            door = self._doors.open(once, seed=seed, services=self._services(parent), limits=setup.limits)
            return let_work(self._sandbox, setup.spec, setup.files, task, door), door

        done, door = retried(work, "the agent at work")
        operator = str(setup.profile.get("name", "agent"))
        made = Proposal(None, operator, done.note, usage=door.usage, written_by_model=True)
        if done.reason:
            return replace(made, reason=done.reason, violation=done.violation)
        if done.finding:
            return replace(made, finding=done.finding)
        tree = taken(parent.tree, done, Editable.of(target.manifest.editable))
        if tree == parent.tree:
            return replace(made, reason=door.refused or NO_CHANGE)
        return offered(made, tree, seen)
