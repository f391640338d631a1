"""Why a session of a run ended."""

from __future__ import annotations

from enum import StrEnum


class EndReason(StrEnum):
    """The values are what archives hold. A run that an error ended holds the name of that error instead."""

    BASELINE = "baseline"  # the source that the run begins with is not valid itself
    UNTIL = "until"  # a champion has the score that was asked for
    REPLAY = "replay"  # the recorded answers are used up
    ATTEMPTS = "attempts"
    EVALUATIONS = "evaluations"
    MINUTES = "minutes"
    TOKENS = "tokens"
    DOLLARS = "dollars"
    CALLS = "calls"
    BARREN = "barren"  # the proposer finds nothing new
    BREAKER = "breaker"  # too many attempts in a row came to nothing
    ENGINE = "engine"  # the sandbox gives no boxes
    PAUSE = "pause"
    STOP = "stop"
    INTERRUPTED = "interrupted"

    @property
    def leaves_work(self) -> bool:
        """Whether the run is paused by it, not finished."""
        return self in (EndReason.PAUSE, EndReason.INTERRUPTED, EndReason.ENGINE)


# Budgets of a run; each is also the setting with its limit.
BUDGETS = (
    EndReason.ATTEMPTS,
    EndReason.EVALUATIONS,
    EndReason.MINUTES,
    EndReason.TOKENS,
    EndReason.DOLLARS,
    EndReason.CALLS,
)
