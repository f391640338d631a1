"""Attempts that wait for a model are committed as they end; what is recorded of it is enough to repeat it."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from random import Random
from typing import Any

import pytest

from pygent.archive.records import Event, EventKind, Status, VariantRecord
from pygent.archive.store import ArchiveStore
from pygent.evolution.proposers.prompt_preview import rebuilt_prompt
from pygent.evolution.search.holdout_test import share
from pygent.evolution.search.recorded_order import by_number
from pygent.sandbox.api import Box, BoxSpec, Call, Execution, Isolation, Program
from tests.support.held_model import Killed
from tests.support.instant_sandbox import InstantSandbox
from tests.support.ordered_runs import ATTEMPTS, ERROR_RATE, WINDOW, Decide, Story, TracedSelector


@pytest.fixture
def story(tmp_path: Path) -> Story:
    return Story.of(tmp_path)


def decisions(rng: Random) -> Decide:
    """A person who now and then decides about what was just committed."""

    def decide(archive: ArchiveStore, latest: VariantRecord) -> None:
        if latest.attempt and latest.status is not Status.NO_CHANGE and rng.random() < 0.25:
            archive.decisions.add(
                latest.id, rng.choice(("reject", "annotate", "approve")), who="Ada", why="so"
            )

    return decide


@pytest.mark.parametrize("seed", range(6))
def test_whatever_the_latencies_kills_and_decisions_a_resumed_run_goes_through_the_same_states(
    story: Story, seed: int
) -> None:
    rng = Random(seed)
    decide: Decide = decisions(rng) if seed % 2 else lambda archive, latest: None
    approval = ("none", "champions", "all")[seed % 3]
    for options in ({"seed": seed, "approval": approval, **kill(rng)}, kill(rng), {}):
        ended = story.session(rng, decide=decide, **options)
    assert ended
    found = story.variants
    assert sorted(one.attempt for one in found) == list(range(ATTEMPTS + 1))
    assert [one.attempt for one in found] != sorted(one.attempt for one in found)
    assert story.answers == sum(one.usage.calls for one in found), "an answer was paid for twice"

    assert story.session(rng)  # it has ended: all is read from the archive
    for before, after in zip(story.trails, story.trails[1:], strict=False):
        commits = [place for place, step in enumerate(before) if step[0] == "commit"]
        assert after[: commits[-1] + 1] == before[: commits[-1] + 1]
    tested = [event.number for event in story.events if event.kind is EventKind.CONFIRM]
    allowed = [rate for one in tested for rate in story.error_rates(one)]
    assert allowed == [share(ERROR_RATE, number) for number in range(1, len(tested) + 1)]

    replayed = Story(story.home, story.target)
    assert replayed.session(rng, replay=story.run, attempts=None, tokens=None, model=None, seed=seed)
    assert replayed.contents == story.contents
    assert replayed.answers == 0
    asked = [one.id for one in found if one.proposer == "llm"]
    with ArchiveStore.open(story.home, read_only=True) as archive:
        assert rebuilt_prompt(archive, asked[-1]).sections


def kill(rng: Random) -> dict[str, int]:
    return {rng.choice(("commits", "answers")): rng.randint(2, 8)}


class FailsToConfirm(InstantSandbox):
    """Answers wrongly in confirmations, whose cases have odd numbers."""

    @contextmanager
    def box(self, spec: BoxSpec, isolation: Isolation) -> Iterator[Box]:
        with super().box(spec, isolation) as box:
            yield _Wrong(box)


class _Wrong:
    def __init__(self, box: Box) -> None:
        self._box = box
        self.open, self.close = box.open, box.close

    def run(self, program: Program, calls: Sequence[Call]) -> Execution:
        done = self._box.run(program, calls)
        number = calls[0].args[0] if calls[0].args else 0
        assert isinstance(number, int)
        if number % 2:
            return replace(done, replies=tuple(replace(one, value="wrong") for one in done.replies))
        return done


def test_a_replay_confirms_what_the_replayed_run_confirmed_whatever_the_outcome(story: Story) -> None:
    assert story.session(Random(10), seed=10, window=1, fuse=0.0)
    confirmed = [event for event in story.events if event.kind is EventKind.CONFIRM]
    statuses = [one.status for one in story.variants]
    assert Status.ACCEPTED in statuses, "a run without a champion would confirm it"

    replayed = Story(story.home, story.target)
    again = {"replay": story.run, "attempts": None, "tokens": None, "model": None, "seed": 10}
    assert replayed.session(Random(0), sandbox=FailsToConfirm(), **again)
    assert Status.CHAMPION not in [one.status for one in replayed.variants]
    assert [event for event in replayed.events if event.kind is EventKind.CONFIRM] == confirmed
    rates = [replayed.error_rates(event.number) for event in confirmed]
    assert rates == [story.error_rates(event.number) for event in confirmed]


def test_a_run_that_was_killed_before_its_first_commit_is_replayed_to_its_end(story: Story) -> None:
    assert not story.session(Random(0), sandbox=DiesAtOnce())
    assert [event.kind for event in story.events] == [EventKind.BEGIN]
    replayed = Story(story.home, story.target)
    assert replayed.session(Random(0), replay=story.run, attempts=None, tokens=None, model=None)
    assert [one.attempt for one in replayed.variants] == [0]


class DiesAtOnce(InstantSandbox):
    @contextmanager
    def box(self, spec: BoxSpec, isolation: Isolation) -> Iterator[Box]:
        raise Killed
        yield


class Newest(Random):
    """Answers whoever asked last: whoever asked first waits until nobody else is left."""

    def choice(self, seq: Any) -> Any:
        return seq[-1]


def test_a_slow_answer_holds_up_no_other_attempt(story: Story) -> None:
    assert story.session(Newest(), fuse=0.0)
    assert story.variants[-1].attempt <= WINDOW
    assert sorted(one.attempt for one in story.variants) == list(range(ATTEMPTS + 1))


class Stubborn(TracedSelector):
    """Selects the baseline, whatever else there is."""

    def select(self, rng: Random) -> str:
        super().select(rng)
        return str(next(step[1] for step in self.trail if step[0] == "add"))


def test_a_killed_attempt_keeps_its_parents_from_before_its_first_answer_and_over_a_budget(
    story: Story,
) -> None:
    assert not story.session(Random(1), answers=9, fuse=0.0, attempts=30)
    before = story.begun
    waiting = set(before) - {one.attempt for one in story.variants}
    assert any(before[attempt] not in ((), (0,)) for attempt in waiting)

    assert story.session(Random(2), selector=Stubborn, tokens=1)  # it ends at once: nothing may be asked
    assert story.begun == before
    assert waiting == set(before) - {one.attempt for one in story.variants}

    assert story.session(Random(3), selector=Stubborn, tokens=10**6)
    number = {one.id: one.attempt for one in story.variants}
    parents = {one.attempt: tuple(number[id] for id in one.parents) for one in story.variants}
    assert {attempt: parents[attempt] for attempt in before} == before
    assert {parents[attempt] for attempt in set(parents) - set(before)} == {(0,)}
    assert story.answers == sum(one.usage.calls for one in story.variants)


class SlowToConfirm(InstantSandbox):
    """Holds confirmations, whose cases have odd numbers, until `gate` opens."""

    def __init__(self) -> None:
        self.gate = threading.Event()
        self.is_holding = False

    @contextmanager
    def box(self, spec: BoxSpec, isolation: Isolation) -> Iterator[Box]:
        with super().box(spec, isolation) as box:
            yield _Held(box, self)


class _Held:
    def __init__(self, box: Box, sandbox: SlowToConfirm) -> None:
        self._box, self._sandbox = box, sandbox
        self.open, self.close = box.open, box.close

    def run(self, program: Program, calls: Sequence[Call]) -> Execution:
        number = calls[0].args[0] if calls[0].args else 0
        assert isinstance(number, int)
        if number % 2:
            self._sandbox.is_holding = True
            assert self._sandbox.gate.wait(timeout=60)
        return self._box.run(program, calls)


def test_others_are_committed_while_a_champion_is_confirmed_but_none_that_was_accepted(story: Story) -> None:
    sandbox = SlowToConfirm()
    beside: list[int] = []

    def look(archive: ArchiveStore, latest: VariantRecord) -> None:
        beside.extend([latest.attempt] * sandbox.is_holding)
        if len(beside) == 2:
            sandbox.gate.set()

    assert story.session(Random(4), decide=look, sandbox=sandbox)
    events, outcome = story.events, {one.attempt: one.status for one in story.variants}
    first = next(place for place, event in enumerate(events) if event.kind is EventKind.CONFIRM)
    end = events.index(Event(EventKind.COMMIT, events[first].number))
    meanwhile = [outcome[event.number] for event in events[first:end] if event.kind is EventKind.COMMIT]
    assert len(meanwhile) >= 2
    assert not {Status.ACCEPTED, Status.CHAMPION} & set(meanwhile)


def test_a_run_of_an_older_version_is_replayed_and_gone_on_with(story: Story) -> None:
    assert story.session(Random(0), seed=1)
    as_of_before(story.home)
    older, replayed = Story(story.home, story.target), Story(story.home, story.target)
    assert older.session(Random(0), replay=story.run, attempts=None, tokens=None, model=None, seed=1)
    assert [one.attempt for one in older.variants] == list(range(ATTEMPTS + 1))
    as_of_before(story.home)
    assert replayed.session(Random(0), replay=older.run, attempts=None, tokens=None, model=None, seed=1)
    assert replayed.contents == older.contents
    assert older.session(Random(0))
    assert older.trails[1] == older.trails[0]


def as_of_before(home: Path) -> None:
    """Leave the archive as if an older version had made its runs, which recorded no events."""
    connection = sqlite3.connect(home / "archive.db")
    connection.executescript("DROP TRIGGER IF EXISTS events_no_delete; DELETE FROM events")
    connection.close()


def test_the_order_of_older_versions_is_by_number() -> None:
    events = [f"{event.kind[0]}{event.number}" for event in by_number(5, window=2)]
    assert " ".join(events) == "b0 c0 b1 b2 c1 b3 c2 b4 c3 c4"
    assert list(by_number(0, window=2)) == []


class SlowFirst(InstantSandbox):
    """The first variant's evaluation lasts until that of the eighth has begun."""

    def __init__(self) -> None:
        self.boxes = 0
        self.enough = threading.Event()

    @contextmanager
    def box(self, spec: BoxSpec, isolation: Isolation) -> Iterator[Box]:
        self.boxes += 1
        number = self.boxes
        if number == 9:
            self.enough.set()
        if number == 2:
            assert self.enough.wait(timeout=60)
        with super().box(spec, isolation) as box:
            yield box


def test_without_a_model_a_slow_evaluation_holds_up_others_only_at_the_stated_staleness(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        "pygent.evolution.proposers.failure_spectrum.FailureSpectrum.look_at", lambda *_: None
    )
    slow, quick = Story.of(tmp_path / "slow"), Story.of(tmp_path / "quick")
    options = {"proposer": "mutate", "model": None, "window": 8, "attempts": 20, "seed": 2, "fuse": 0.0}
    assert slow.session(Random(0), sandbox=SlowFirst(), **options)
    assert quick.session(Random(0), **options)
    assert slow.contents == quick.contents
    assert [one.attempt for one in slow.variants] == list(range(21))
    for one in slow.begun.items():
        assert all(parent <= max(0, one[0] - 8) for parent in one[1])
