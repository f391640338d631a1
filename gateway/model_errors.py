"""What can go wrong at a model's door, and how far each fault reaches."""

from __future__ import annotations

from enum import StrEnum

from pygent.archive.records import Usage


class Kind(StrEnum):
    """`ends_run`: asking again can never help. `transient`: asking again later may.

    Any other kind ends the attempt only: another prompt may well be answered.
    """

    AUTH = "auth"  # 401, 403, no key
    NOT_FOUND = "not_found"  # 404: no such model, or no such address
    QUOTA = "quota"  # 402, and 429 for an account without credit
    BUDGET = "budget"  # a limit of our own for the run is reached
    ATTEMPT_BUDGET = "attempt_budget"  # the same for one attempt, which ends alone
    BREAKER = "breaker"  # the model has failed for long: resume the run once it answers again
    RATE_LIMIT = "rate_limit"  # 429
    SERVER = "server"  # 5xx, 529 included
    TIMEOUT = "timeout"
    CONNECTION = "connection"  # refused, or cut
    MALFORMED = "malformed"  # not JSON, or not what the API says
    EMPTY = "empty"  # an answer without text
    CUT_OFF = "cut_off"  # the limit of the answer went into thinking
    CONTEXT_LENGTH = "context_length"
    REFUSED = "refused"  # by the model or by a content filter
    REQUEST = "request"  # any other 4xx

    @property
    def ends_run(self) -> bool:
        return self in _ENDS_RUN

    @property
    def transient(self) -> bool:
        return self in _TRANSIENT


_ENDS_RUN = frozenset({Kind.AUTH, Kind.NOT_FOUND, Kind.QUOTA, Kind.BUDGET, Kind.BREAKER})
_TRANSIENT = frozenset(
    {Kind.RATE_LIMIT, Kind.SERVER, Kind.TIMEOUT, Kind.CONNECTION, Kind.MALFORMED, Kind.EMPTY}
)


class ModelError(Exception):
    """A completion that failed. The text is one clear line that can be shown as it is.

    `usage` is what was paid although nothing came; `retry_after` is the server's request, in seconds.
    """

    def __init__(
        self, kind: Kind, text: str, *, usage: Usage | None = None, retry_after: float | None = None
    ) -> None:
        super().__init__(text)
        self.kind = kind
        self.usage = usage if usage is not None else Usage(calls=1)
        self.retry_after = retry_after
