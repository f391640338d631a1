"""The state of runs, live ones included."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

from pydantic import Field

from pygent.archive.locks import is_alive
from pygent.archive.records import RunRecord
from pygent.archive.store import ArchiveStore
from pygent.archive.tables.statistics import Stats

State = Annotated[str, Field(description="starting, running, paused, finished, or dead: its process is gone")]
Spent = tuple[float, float]  # of a budget: the part used, and the whole


@dataclass(frozen=True)
class RunHead:
    """A run as it is now. `seconds` is its running time, `begun` when it was started."""

    run: str
    target: str
    state: State
    begun: str
    seconds: float


@dataclass(frozen=True)
class RunRow(RunHead):
    """A run in a list."""

    attempts: int


@dataclass(frozen=True)
class Best:
    """The best variant so far; `trust` is None if it was not measured."""

    variant: str
    score: float | None
    status: str
    trust: str | None


@dataclass(frozen=True)
class Trouble:
    """A model, server or circuit breaker that was failing when the run last reported."""

    name: str
    state: str
    reason: str


@dataclass(frozen=True)
class RunStatus(RunHead):
    """A run with the requested state (`wish`), the best variant so far, counts, spend and health."""

    wish: str
    stopped_by: str
    best: Best | None
    approval: str
    budget: Mapping[str, Spent]
    stats: Stats
    health: Mapping[str, Any] | None

    @property
    def troubles(self) -> list[Trouble]:
        return [
            Trouble(name, str(one["state"]), str(one["reason"]))
            for kind in ("models", "servers", "run")
            for name, one in ((self.health or {}).get(kind) or {}).items()
            if one["reason"]
        ]


def runs(archive: ArchiveStore, home: Path) -> list[RunRow]:
    """All runs, oldest first."""
    return [
        RunRow(**vars(head(home, run)), attempts=archive.stats(run.id).attempts)
        for run in archive.runs.list_()
    ]


def status(archive: ArchiveStore, home: Path, run: str) -> RunStatus:
    """The status of a run, by a unique prefix of its id. Raises `ArchiveError`."""
    record = archive.runs.get(archive.runs.find(run))
    best = archive.variants.best(record.id)
    stats = archive.stats(record.id)
    measured = [] if best is None else archive.variants.records(best.id, kind="evaluation")
    trust = measured[-1].data["trust"] if measured else None
    return RunStatus(
        **vars(head(home, record)),
        wish=record.requested_state,
        stopped_by=record.stopped_by,
        best=None if best is None else Best(best.id, best.score, best.status.value, trust),
        approval=record.config.get("approval", "none"),
        budget=_budget(record, stats),
        stats=stats,
        health=record.health,
    )


def _budget(run: RunRecord, stats: Stats) -> dict[str, Spent]:
    """The part used of each budget that the run has, and the whole budget."""
    judged = stats.variants - stats.statuses["gated_out"] - 1  # the baseline is free
    used = {
        "attempts": max(0, stats.attempts - 1),  # the baseline is attempt 0
        "evaluations": max(0, judged),
        "minutes": run.seconds / 60,
        "tokens": stats.usage.tokens,
        "dollars": stats.usage.dollars,
        "calls": stats.usage.calls,
    }
    return {
        name: (spent, run.config[name]) for name, spent in used.items() if run.config.get(name) is not None
    }


def head(home: Path, run: RunRecord) -> RunHead:
    """`state` is running, paused, finished, or dead: marked as running, but without a process."""
    alive = is_alive(home, run.id)
    begun = datetime.fromtimestamp(run.created).astimezone().isoformat(" ", "seconds")
    state = run.state if run.state != "running" or alive else "dead"
    return RunHead(run.id, run.target, state, begun, run.seconds)
