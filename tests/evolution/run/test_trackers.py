"""Trackers: ours keep to the contract, and one that fails is left out and nothing else."""

from __future__ import annotations

import json
import logging
from pathlib import Path

import pytest

from pygent.archive.records import RunRecord
from pygent.evolution.run.progress import Progress
from pygent.evolution.run.trackers import CallbackTracker, JsonLinesTracker, TrackerGroup
from pygent.testing.tracker_contract import RUN, MakeTracker, TrackerContract, progress_at


class TestJsonLinesTracker(TrackerContract):
    @pytest.fixture
    def make_tracker(self) -> MakeTracker:
        return JsonLinesTracker

    def test_each_event_is_a_line(self, home: Path) -> None:
        for session in range(2):  # a resumed run adds to its file
            tracker = JsonLinesTracker()
            tracker.began(RUN, home)
            tracker.progressed(progress_at(session))
            tracker.ended(RUN)
        lines = [json.loads(line) for line in (home / "runs" / f"{RUN.id}.events.jsonl").open()]
        assert [line["event"] for line in lines] == ["began", "progressed", "ended"] * 2
        assert [line["attempts"] for line in lines if line["event"] == "progressed"] == [0, 1]
        assert lines[0]["run"] == RUN.id
        assert lines[0]["time"] <= lines[-1]["time"]


class TestCallbackTracker(TrackerContract):
    @pytest.fixture
    def make_tracker(self) -> MakeTracker:
        return lambda: CallbackTracker(print)

    def test_the_function_is_called_with_each_progress(self, home: Path) -> None:
        seen: list[Progress] = []
        tracker = CallbackTracker(seen.append)
        tracker.began(RUN, home)
        told = [progress_at(number) for number in range(3)]
        for progress in told:
            tracker.progressed(progress)
        tracker.ended(RUN)
        assert seen == told


class Noting:
    """Notes what it is told, and fails at one event."""

    def __init__(self, fails_at: str = "") -> None:
        self.told: list[str] = []
        self._fails_at = fails_at

    def began(self, run: RunRecord, home: Path) -> None:
        self._note("began")

    def progressed(self, progress: Progress) -> None:
        self._note("progressed")

    def ended(self, run: RunRecord) -> None:
        self._note("ended")

    def _note(self, event: str) -> None:
        self.told.append(event)
        if event == self._fails_at:
            raise RuntimeError("no connection")


class TestTrackerGroup(TrackerContract):
    @pytest.fixture
    def make_tracker(self) -> MakeTracker:
        return lambda: TrackerGroup([JsonLinesTracker(), CallbackTracker(print)])

    @pytest.mark.parametrize(
        ("fails_at", "told"),
        [
            ("began", ["began"]),
            ("progressed", ["began", "progressed"]),
            ("ended", ["began", "progressed", "progressed", "ended"]),
        ],
    )
    def test_a_tracker_that_fails_is_left_out_and_named(
        self, home: Path, caplog: pytest.LogCaptureFixture, fails_at: str, told: list[str]
    ) -> None:
        bad, good = Noting(fails_at), Noting()
        group = TrackerGroup([bad, good])
        with caplog.at_level(logging.ERROR):
            group.began(RUN, home)
            for number in range(2):
                group.progressed(progress_at(number))
            group.ended(RUN)
        assert bad.told == told
        assert good.told == ["began", "progressed", "progressed", "ended"]
        assert [record.getMessage() for record in caplog.records] == [
            "Noting failed; the run goes on without it"
        ]
