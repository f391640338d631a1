"""The limits that end a run."""

from __future__ import annotations

import time
from dataclasses import dataclass, field

from pygent.archive.end_reason import EndReason
from pygent.archive.records import UNEVALUATED, Usage, VariantRecord
from pygent.evolution.search.population import Population
from pygent.evolution.settings.config import RunConfig
from pygent.gateway.model_errors import Kind
from pygent.gateway.models.circuit_breaker import RunBreaker

BARREN_LIMIT = 500  # attempts in a row without an evaluation: the operators find nothing new
ASKED_LIMIT = 50  # the same if each asks a model, and some end in a finding: nothing is left to change
BREAKER_LIMIT = 20  # the same without a finding either: something is wrong with the model

_UNANSWERED = frozenset(kind.value for kind in Kind if kind.transient)


@dataclass
class Clock:
    """The running time of a run in seconds, over all its sessions."""

    before: float = 0.0
    started: float = field(default_factory=time.monotonic)

    @property
    def seconds(self) -> float:
        return self.before + time.monotonic() - self.started


class RunLimits:
    """Compares the limits of a run with the use of the run and of this session."""

    def __init__(
        self, config: RunConfig, clock: Clock, breaker: RunBreaker, answers: int | None = None
    ) -> None:
        """`answers` is the number of attempts that a replay can answer; None without a replay."""
        self.clock = clock
        self._config = config
        self._breaker = breaker
        self._answers = answers
        self._spent = Usage()
        self._evaluated = 0

    @property
    def out_of_time(self) -> bool:
        return self._config.minutes is not None and self.clock.seconds >= self._config.minutes * 60

    def spent(
        self, known: Population, *, begun: int, under_way: int, uncommitted: Usage, waits: bool
    ) -> EndReason | None:
        """Why no further attempt may begin; None if one may. `waits`: proposals come from a model.

        Attempts under way count as evaluations, and `uncommitted` is what they have spent, so that no limit
        is exceeded by more the longer they wait for their evaluation.
        """
        config, usage = self._config, known.usage + uncommitted
        if self._answers is not None and begun >= self._answers:
            return EndReason.REPLAY
        if config.attempts is not None and begun > config.attempts:  # the baseline does not count
            return EndReason.ATTEMPTS
        if config.evaluations is not None and known.evaluated + under_way >= config.evaluations:
            return EndReason.EVALUATIONS
        if self.out_of_time:
            return EndReason.MINUTES
        if config.tokens is not None and usage.tokens >= config.tokens:
            return EndReason.TOKENS
        if config.dollars is not None and usage.dollars >= config.dollars:
            return EndReason.DOLLARS
        if config.calls is not None and usage.calls >= config.calls:
            return EndReason.CALLS
        if waits and (known.unusable >= BREAKER_LIMIT or self._breaker.tripped):
            return EndReason.BREAKER
        return EndReason.BARREN if known.barren >= (ASKED_LIMIT if waits else BARREN_LIMIT) else None

    def note(self, variant: VariantRecord, *, violation: bool) -> None:
        """Count a variant of this session, and inform the run's breaker.

        `violation`: the variant broke the protocol of its box.
        """
        self._spent += variant.usage
        self._evaluated += variant.status not in UNEVALUATED
        unanswered = variant.reason.partition(":")[0] in _UNANSWERED
        self._breaker.note_attempt(failed=unanswered, violation=violation)
        self._breaker.note_spend(self._spent.dollars, time.monotonic() - self.clock.started)

    def seconds_left(self, *, evaluated: int) -> float | None:
        """The seconds until the earliest end that evaluation and time limits let one foresee."""
        ends = []
        if self._config.minutes is not None:
            ends.append(self._config.minutes * 60 - self.clock.seconds)
        if self._config.evaluations is not None and self._evaluated:
            pace = (time.monotonic() - self.clock.started) / self._evaluated
            ends.append((self._config.evaluations - evaluated) * pace)
        return max(0.0, min(ends)) if ends else None
