"""The gateways of a run's attempts, which share one model, one account and one set of servers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any, Protocol

from pygent.evolution.protocols import DurableSteps
from pygent.gateway.attempt_budget import AttemptBudget
from pygent.gateway.box.attempt_gateway import AttemptGateway, Sampling, Service, Tools
from pygent.gateway.model_api import Model
from pygent.gateway.models.replay_model import Replay
from pygent.gateway.run_account import RunAccount
from pygent.gateway.transcripts import TOOLS, Transcripts


class Servers(Protocol):
    """The MCP servers of a run."""

    def tools(self, servers: Sequence[str] | None = None) -> list[dict[str, Any]]: ...

    def of_attempt(self) -> Tools: ...


@dataclass(frozen=True)
class AttemptLimits:
    """What one attempt may use; None leaves only the run's limit."""

    tokens: int | None = None
    dollars: float | None = None
    calls: int | None = None
    minutes: float | None = None

    def within(self, other: AttemptLimits) -> AttemptLimits:
        """The narrower of the two, limit by limit."""
        pairs = ((getattr(self, one.name), getattr(other, one.name)) for one in fields(self))
        return AttemptLimits(*(min((n for n in pair if n is not None), default=None) for pair in pairs))


class AttemptGateways:
    """Opens a gateway for each attempt, and for each task on which an evolved agent is measured."""

    def __init__(
        self,
        model: Model | None,
        transcripts: Transcripts,
        account: RunAccount,
        *,
        max_tokens: int,
        temperature: float | None,
        limits: AttemptLimits,
        servers: Servers | None = None,
        replay: Replay | None = None,
    ) -> None:
        """`model` charges the run's `account`; it is None if all answers come from `replay`."""
        self._model = model
        self._transcripts = transcripts
        self._account = account
        self._max_tokens = max_tokens
        self._temperature = temperature
        self._limits = limits
        self._servers = servers
        self._replay = replay

    @property
    def exhausted(self) -> str:
        """The run's budget that is used up, or ''."""
        return self._account.exhausted

    def tools(self, once: DurableSteps, servers: Sequence[str]) -> list[Mapping[str, Any]]:
        """The tools of these MCP servers (`*` for all), as an attempt sees them."""
        if self._replay is not None:
            return self._replay.of_attempt(once.attempt).tools
        if self._servers is None or not servers:
            return []
        wanted = None if "*" in servers else servers
        manager = self._servers
        tools: list[Mapping[str, Any]] = once(TOOLS, lambda: {"tools": manager.tools(wanted)})["tools"]
        return tools

    def open(
        self,
        once: DurableSteps,
        *,
        seed: int,
        services: Mapping[str, Service] | None = None,
        limits: AttemptLimits | None = None,
        place: str = "",
    ) -> AttemptGateway:
        """Open the gateway of an attempt; `limits` narrow those that every attempt of the run has."""
        limits = self._limits if limits is None else limits.within(self._limits)
        model = self._model
        if model is not None:
            model = AttemptBudget(model, limits.tokens, limits.dollars, limits.calls, limits.minutes)
        return AttemptGateway(
            model,
            self._transcripts.of_attempt(),
            once,
            Sampling(self._max_tokens, self._temperature, seed),
            tools=None if self._servers is None else self._servers.of_attempt(),
            services=services,
            recorded=None if self._replay is None else self._replay.of_attempt(once.attempt),
            place=place,
        )
