"""When a run has had enough."""

from __future__ import annotations

import time
from dataclasses import dataclass, field

from pygent.archive.records import Usage, Variant
from pygent.evolution.settings.config import RunConfig
from pygent.gateway.errors import Kind
from pygent.gateway.models.circuit_breaker import RunBreaker

BARREN_LIMIT = 500  # attempts in a row without an evaluation: the operators have nothing new left
BREAKER_LIMIT = 20  # the same where each of them waits on a model: something is wrong with it

_UNANSWERED = frozenset(kind.value for kind in Kind if kind.transient)
_VIOLATION = "broke the protocol"  # as `pygent.benchmarks.suites.execution.said` has it


@dataclass
class Clock:
    """Running time of a run in seconds, over all its sessions."""

    before: float = 0.0
    started: float = field(default_factory=time.monotonic)

    @property
    def seconds(self) -> float:
        return self.before + time.monotonic() - self.started


class RunLimits:
    """The limits of a run, read against what it has used. Each `..._left` of None means unlimited."""

    def __init__(
        self,
        config: RunConfig,
        clock: Clock,
        breaker: RunBreaker,
        *,
        waits: bool,
        attempts: int | None = None,
    ) -> None:
        """`waits` says that proposals come from a model; `attempts` is how many a replay has answers for."""
        self._config = config
        self._waits = waits
        self._attempts = attempts
        self.clock = clock
        self._breaker = breaker

    @property
    def out_of_time(self) -> bool:
        return self._config.minutes is not None and self.clock.seconds >= self._config.minutes * 60

    def spent(self, *, begun: int, evaluated: int, under_way: int, barren: int, usage: Usage) -> str:
        """Why no further attempt may begin, in one word, or ''.

        Attempts under way count as evaluations, so that the limit is met and not overshot.
        """
        config = self._config
        if self._attempts is not None and begun >= self._attempts:
            return "replay"
        if config.attempts is not None and begun > config.attempts:  # the baseline is none of them
            return "attempts"
        if config.evaluations is not None and evaluated + under_way >= config.evaluations:
            return "evaluations"
        if self.out_of_time:
            return "minutes"
        if config.tokens is not None and usage.tokens >= config.tokens:
            return "tokens"
        if config.dollars is not None and usage.dollars >= config.dollars:
            return "dollars"
        if config.calls is not None and usage.calls >= config.calls:
            return "calls"
        if self._waits and (barren >= BREAKER_LIMIT or self._breaker.tripped):
            return "breaker"
        return "barren" if barren >= BARREN_LIMIT else ""

    def note(self, variant: Variant, spent: Usage) -> None:
        """Tell the run's breaker of an attempt of this session, and of what the session has spent so far."""
        unanswered = variant.reason.partition(":")[0] in _UNANSWERED
        self._breaker.note_attempt(failed=unanswered, violation=_VIOLATION in variant.reason)
        self._breaker.note_spend(spent.dollars, time.monotonic() - self.clock.started)

    def seconds_left(self, *, evaluated: int, session_evaluated: int) -> float | None:
        """The nearest end that the evaluation and time limits allow to foresee."""
        ends = []
        if self._config.minutes is not None:
            ends.append(self._config.minutes * 60 - self.clock.seconds)
        if self._config.evaluations is not None and session_evaluated:
            pace = (time.monotonic() - self.clock.started) / session_evaluated
            ends.append((self._config.evaluations - evaluated) * pace)
        return max(0.0, min(ends)) if ends else None
