"""Why a session of a run ended."""

from __future__ import annotations

from enum import StrEnum


class EndReason(StrEnum):
    """Why a session ended; archives hold the values, or the name of the error that ended the run."""

    BASELINE = "baseline"  # the run's starting source is not valid
    UNTIL = "until"  # a champion has reached the requested score
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
        """Whether the run is paused, not finished."""
        return self in (EndReason.PAUSE, EndReason.INTERRUPTED, EndReason.ENGINE)


# Budgets of a run; the setting with the limit has the same name.
BUDGETS = (
    EndReason.ATTEMPTS,
    EndReason.EVALUATIONS,
    EndReason.MINUTES,
    EndReason.TOKENS,
    EndReason.DOLLARS,
    EndReason.CALLS,
)
