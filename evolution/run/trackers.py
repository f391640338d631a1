"""Trackers: who is told how a run goes, such as a dashboard, a file, or a function in a notebook."""

from __future__ import annotations

import json
import logging
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Protocol

from pygent.archive.records import RunRecord
from pygent.evolution.run.progress import Progress

log = logging.getLogger(__name__)


class Tracker(Protocol):
    """Follows a run, on the thread of its loop: a slow tracker delays the run.

    What it raises is logged, and the run goes on without it. No tracker ends a run that was paid for.
    """

    def began(self, run: RunRecord, home: Path) -> None:
        """A session of the run begins. `home` is the folder of its archive."""
        ...

    def progressed(self, progress: Progress) -> None:
        """An attempt was committed, or some time has passed."""
        ...

    def ended(self, run: RunRecord) -> None:
        """The session has ended; the record says why."""
        ...


class JsonLinesTracker:
    """Appends one JSON object per event to `runs/RUN.events.jsonl` in the home folder."""

    def __init__(self) -> None:
        self._file: Path | None = None

    def began(self, run: RunRecord, home: Path) -> None:
        self._file = home / "runs" / f"{run.id}.events.jsonl"
        self._write("began", {"run": run.id, "target": run.target})

    def progressed(self, progress: Progress) -> None:
        best = progress.best or progress.baseline
        self._write(
            "progressed",
            {
                "run": progress.run,
                "attempts": progress.attempts,
                "evaluated": progress.evaluated,
                "findings": progress.findings,
                "statuses": {status.value: count for status, count in progress.statuses.items()},
                "best": None if best is None else {"variant": best.id, "score": best.score},
                "dollars": progress.usage.dollars,
                "tokens": progress.usage.tokens,
                "seconds": round(progress.seconds, 3),
            },
        )

    def ended(self, run: RunRecord) -> None:
        self._write("ended", {"run": run.id, "stopped_by": run.stopped_by, "state": run.state})

    def _write(self, event: str, data: dict[str, object]) -> None:
        assert self._file is not None  # `began` came first
        with self._file.open("a", encoding="utf-8") as lines:
            lines.write(json.dumps({"event": event, "time": round(time.time(), 3), **data}) + "\n")


class CallbackTracker:
    """A function as a tracker: it is called with each `Progress`."""

    def __init__(self, callback: Callable[[Progress], object]) -> None:
        self._callback = callback

    def began(self, run: RunRecord, home: Path) -> None:
        """Nothing: the first progress says the same."""

    def progressed(self, progress: Progress) -> None:
        self._callback(progress)

    def ended(self, run: RunRecord) -> None:
        """Nothing: whoever called has the run in hand."""


class TrackerGroup:
    """All trackers of a run as one. A tracker that raises is named in the log and left out from then on."""

    def __init__(self, trackers: Sequence[Tracker]) -> None:
        self._trackers = list(trackers)

    def began(self, run: RunRecord, home: Path) -> None:
        self._each(lambda tracker: tracker.began(run, home))

    def progressed(self, progress: Progress) -> None:
        self._each(lambda tracker: tracker.progressed(progress))

    def ended(self, run: RunRecord) -> None:
        self._each(lambda tracker: tracker.ended(run))

    def _each(self, tell: Callable[[Tracker], None]) -> None:
        for tracker in list(self._trackers):
            try:
                tell(tracker)
            except (Exception, SystemExit):  # somebody else's tracker
                self._trackers.remove(tracker)
                log.exception("%s failed; the run goes on without it", type(tracker).__name__)
