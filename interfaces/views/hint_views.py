"""Hints to a run, and when they are read."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from pygent.archive.records import Hint, RunRecord
from pygent.interfaces.views import run_views


def moment(when: float) -> str:
    """Local time to the second, with its offset."""
    return datetime.fromtimestamp(when).astimezone().isoformat(" ", "seconds")


def withdrawal(hint: Hint) -> str:
    """`withdrawn by WHO, WHEN`, or ''."""
    gone = hint.withdrawn
    return "" if gone is None else f"withdrawn by {gone.who}, {moment(gone.when)}"


def outlook(home: Path, run: RunRecord) -> str:
    """When a change of the hints has an effect, in words."""
    state = run_views.head(home, run).state
    if state == "running":
        return "it counts for attempts that begin from now on"
    told = "its process is gone" if state == "dead" else f"it is {state}"
    return f"{told}, so it counts if the run is resumed: `pygent resume {run.id}`"
