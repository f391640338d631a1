"""The doors of a run's attempts: one model, one account, one set of servers behind all of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from evolution.types import Once
from gateway.attempt_budget import AttemptBudget
from gateway.budget import Budget
from gateway.door import Door, Service, Tools
from gateway.replay import Replay
from gateway.transcripts import Transcripts
from gateway.types import Model


@dataclass(frozen=True)
class AttemptLimits:
    """What one attempt may use; None is no limit but the run's."""

    tokens: int | None = None
    dollars: float | None = None
    calls: int | None = None
    minutes: float | None = None


class Doors:
    """Opens a door for each attempt (and for each task that an evolved agent is measured by)."""

    def __init__(
        self,
        model: Model | None,
        transcripts: Transcripts,
        account: Budget,
        *,
        max_tokens: int,
        temperature: float,
        limits: AttemptLimits | None = None,
        tools: Callable[[], Tools | None] = lambda: None,
        replay: Replay | None = None,
    ) -> None:
        """`model` keeps to `account`, the run's; None where all answers come from `replay`. `tools` is asked
        once for each door, as MCP tools have limits of their own for an attempt."""
        self._model = model
        self._transcripts = transcripts
        self._account = account
        self._max_tokens = max_tokens
        self._temperature = temperature
        self._limits = limits or AttemptLimits()
        self._tools = tools
        self._replay = replay

    @property
    def exhausted(self) -> str:
        """The budget of the run that is used up, or ''."""
        return self._account.exhausted

    def open(
        self,
        once: Once,
        *,
        seed: int,
        services: Mapping[str, Service] | None = None,
        limits: AttemptLimits | None = None,
        place: str = "",
    ) -> Door:
        limits = limits or self._limits
        model = self._model
        if model is not None:
            model = AttemptBudget(model, limits.tokens, limits.dollars, limits.calls, limits.minutes)
        return Door(
            model,
            self._transcripts.of_attempt(),
            once,
            max_tokens=self._max_tokens,
            temperature=self._temperature,
            seed=seed,
            tools=self._tools(),
            services=services,
            recorded=None if self._replay is None else self._replay.of_attempt(once.attempt),
            place=place,
        )
