"""Runs: how they stand, also while they go."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Any

from pygent.archive.locks import is_alive
from pygent.archive.records import RunRecord
from pygent.archive.store import Archive
from pygent.archive.tables.statistics import Stats


def runs(archive: Archive, home: Path) -> list[dict[str, Any]]:
    """All runs, oldest first: run, target, state, begun, seconds, attempts."""
    return [row(home, run) | {"attempts": archive.stats(run.id).variants} for run in archive.runs.list_()]


def status(archive: Archive, home: Path, run: str) -> dict[str, Any]:
    """How a run stands: its row, what was wished of it, the best so far, counts, spend, health."""
    record = archive.runs.get(archive.runs.find(run))
    best = archive.variants.best(record.id)
    stats = archive.stats(record.id)
    measured = [] if best is None else archive.variants.records(best.id, kind="evaluation")
    return row(home, record) | {
        "wish": record.requested_state,
        "stopped_by": record.stopped_by,
        "best": None
        if best is None
        else {
            "variant": best.id,
            "score": best.score,
            "status": best.status.value,
            "trust": measured[-1].data["trust"] if measured else None,
        },
        "approval": record.config.get("approval", "none"),
        "budget": _budget(record, stats),
        "stats": asdict(stats),
        "health": record.health,
    }


def _budget(run: RunRecord, stats: Stats) -> dict[str, list[float]]:
    """What was used of each budget that the run has, and the whole of it."""
    judged = stats.variants - stats.statuses["gated_out"] - 1  # the baseline is for free
    used = {
        "attempts": stats.variants,
        "evaluations": max(0, judged),
        "minutes": run.seconds / 60,
        "tokens": stats.usage.tokens,
        "dollars": stats.usage.dollars,
        "calls": stats.usage.calls,
    }
    return {
        name: [spent, run.config[name]] for name, spent in used.items() if run.config.get(name) is not None
    }


def row(home: Path, run: RunRecord) -> dict[str, Any]:
    """`state` is running, paused, finished, or dead: marked as running with no process at it."""
    alive = is_alive(home, run.id)
    begun = datetime.fromtimestamp(run.created).astimezone().isoformat(" ", "seconds")
    return {
        "run": run.id,
        "target": run.target,
        "state": run.state if run.state != "running" or alive else "dead",
        "begun": begun,
        "seconds": run.seconds,
    }
