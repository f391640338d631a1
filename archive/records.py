"""The records that the archive keeps."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Literal, NamedTuple


class ArchiveError(Exception):
    """The archive cannot do what was asked; the text is one line that says what, where and what to do."""


Direction = Literal["min", "max"]


class Status(StrEnum):
    """What became of an attempt: the status of the variant that it made, or `no_change` if it made none."""

    GATED_OUT = "gated_out"  # does not parse, changes what it may not, or repeats an earlier variant
    FAILED = "failed"  # ran, but a case was not graded or a correctness gate was not passed
    VALID = "valid"  # graded, and may always be a parent
    ACCEPTED = "accepted"  # better than its parent on the search cases, at a stated error rate
    CHAMPION = "champion"  # better than the baseline on held-out cases, in a fresh container
    REFUSED = "refused"  # ruled out by a person
    NO_CHANGE = "no_change"  # no variant: the attempt ended with a finding


PARENTS = frozenset({Status.VALID, Status.ACCEPTED, Status.CHAMPION})
UNEVALUATED = frozenset({Status.GATED_OUT, Status.NO_CHANGE})
STATUSES = tuple(status for status in Status if status is not Status.NO_CHANGE)  # those of variants


@dataclass(frozen=True)
class Usage:
    """What an attempt spent on models."""

    calls: int = 0
    prompt_tokens: int = 0
    cached_tokens: int = 0
    completion_tokens: int = 0
    dollars: float = 0.0

    def __add__(self, other: Usage) -> Usage:
        return Usage(
            self.calls + other.calls,
            self.prompt_tokens + other.prompt_tokens,
            self.cached_tokens + other.cached_tokens,
            self.completion_tokens + other.completion_tokens,
            self.dollars + other.dollars,
        )

    @property
    def tokens(self) -> int:
        return self.prompt_tokens + self.completion_tokens


@dataclass(frozen=True)
class RunRecord:
    """A run: its target, its complete configuration (enough to resume it) and its state.

    `direction` says which way the primary objective is better.
    `state` is running, paused or finished; `requested_state` is what a person asked for from outside
    ('', 'pause', 'stop'). `health` is the last known state of its models, servers and breakers. Times are
    seconds since the epoch, UTC.
    """

    id: str
    target: str
    config: Mapping[str, Any]
    created: float
    direction: Direction
    state: str = "running"
    requested_state: str = ""
    stopped_by: str = ""
    seconds: float = 0.0
    summary: Mapping[str, Any] | None = None
    health: Mapping[str, Any] | None = None


@dataclass(frozen=True)
class VariantRecord:
    """One finished attempt; `attempt` numbers those of a run from 0 (the baseline), as they began.

    `tree` is the content address of its files, or None if the patch could not be applied. `patch` is the
    proposer's edits as JSON if the trees do not show them.
    `score` is the value of the primary objective, unsigned: `direction` says which way is better.
    An attempt that ended without a change has the status `no_change`, no tree, and its finding as `note`.
    """

    id: str
    run: str
    attempt: int
    target: str
    parents: tuple[str, ...]
    tree: str | None
    status: Status
    reason: str
    proposer: str
    operator: str
    generation: int
    created: float
    score: float | None = None
    metrics: Mapping[str, float] = field(default_factory=dict)
    usage: Usage = field(default_factory=Usage)
    seconds: float = 0.0
    note: str = ""
    patch: Mapping[str, Any] | None = None

    @property
    def finding(self) -> str:
        """Why the attempt changed nothing, in the proposer's words; '' for a variant."""
        return self.note if self.status is Status.NO_CHANGE else ""


@dataclass(frozen=True)
class Record:
    """A fact about a variant: `kind` is evaluation, acceptance, confirmation or exchange, `data` its JSON."""

    kind: str
    data: Mapping[str, Any]


class EventKind(StrEnum):
    """What may happen in a run that later choices depend on."""

    BEGIN = "begin"  # an attempt was given its parents
    CONFIRM = "confirm"  # its variant is compared on held-out cases, which uses up some of the error rate
    COMMIT = "commit"  # it ended, and its variant became known
    HEED = "heed"  # people's decisions became known


class Event(NamedTuple):
    """One event of a run; their order is what a resumed or replayed run follows.

    `number` is the attempt's, or of `heed` the key of the latest decision. `parents` are the numbers of the
    attempts that made the parents of one that begins.
    """

    kind: EventKind
    number: int
    parents: tuple[int, ...] = ()


DecisionKind = Literal["approve", "reject", "annotate", "apply", "rollback"]


@dataclass(frozen=True)
class ReviewDecision:
    """What a person decided about a variant, when (seconds since the epoch, UTC) and why; keys increase."""

    key: int
    variant: str
    kind: DecisionKind
    who: str
    when: float
    why: str
    data: Mapping[str, Any]


@dataclass(frozen=True)
class Withdrawal:
    """Who withdrew a hint, and when (seconds since the epoch, UTC)."""

    who: str
    when: float


@dataclass(frozen=True)
class Hint:
    """Advice to a whole run; `number` counts the hints of the run from 1, `when` is like a withdrawal's."""

    run: str
    number: int
    text: str
    who: str
    when: float
    withdrawn: Withdrawal | None = None


class IndexEntry(NamedTuple):
    """The part of a variant that an index in memory needs."""

    id: str
    attempt: int
    tree: str | None
    status: Status
    score: float | None
    parents: tuple[str, ...]
