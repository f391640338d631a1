"""What every tracker must do."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

from pygent.archive.records import RunRecord, Usage
from pygent.evolution.run.progress import Progress
from pygent.evolution.run.trackers import Tracker

MakeTracker = Callable[[], Tracker]
RUN = RunRecord("0badcafe", "outside", {"target": "outside"}, 0.0, "max")


def progress_at(attempts: int) -> Progress:
    return Progress(
        run=RUN.id, attempts=attempts, evaluated=attempts, statuses=Counter(), failures=Counter(),
        baseline=None, best=None, latest=None, usage=Usage(), seconds=float(attempts), seconds_left=None,
        under_way=1,
    )  # fmt: skip


class TrackerContract:
    """Define the fixture `make_tracker`: a function that returns a new tracker."""

    @pytest.fixture
    def home(self, tmp_path: Path) -> Path:
        (tmp_path / "runs").mkdir()
        return tmp_path

    def test_it_is_told_of_a_whole_run(self, make_tracker: MakeTracker, home: Path) -> None:
        tracker = make_tracker()
        tracker.began(RUN, home)
        for attempts in range(3):
            tracker.progressed(progress_at(attempts))
        tracker.ended(RUN)

    def test_it_takes_a_second_run_after_the_first(self, make_tracker: MakeTracker, home: Path) -> None:
        tracker = make_tracker()
        for _ in range(2):
            tracker.began(RUN, home)
            tracker.ended(RUN)
