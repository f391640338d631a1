"""Extensions and trackers of one's own, handed over in every way there is."""

from __future__ import annotations

import logging
from pathlib import Path

import pytest

import pygent
from pygent.evolution.proposers.factory import mutate
from pygent.evolution.search.acceptance import PairedAcceptor
from pygent.evolution.search.selectors import BestSelector
from pygent.testing import LocalSandbox
from tests.interfaces.python.conftest import Evolve

NEWEST = '''\
class NewestSelector:
    """Changes what came last."""

    def __init__(self):
        self._names = []

    def add(self, member):
        if member.variant not in self._names:
            self._names.append(member.variant)

    def remove(self, variant):
        if variant in self._names:
            self._names.remove(variant)

    def select(self, rng):
        if not self._names:
            raise LookupError("no variant yet")
        return self._names[-1]

    def chosen(self, variant):
        pass
'''


@pytest.fixture
def newest(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    (tmp_path / "my_selector.py").write_text(NEWEST)
    monkeypatch.chdir(tmp_path)
    return "./my_selector.py:NewestSelector"


class Counting(BestSelector):
    """The best one, and how many there were to choose from."""

    def __init__(self) -> None:
        super().__init__()
        self.added: list[str] = []

    def add(self, member: pygent.Candidate) -> None:
        self.added.append(member.variant)
        super().add(member)


class Eager(PairedAcceptor):
    """Accepts as the bundled one does."""


class Renamed:
    """The bundled proposer under another name."""

    name = "renamed"
    waits = False
    exhausted = ""

    def __init__(self, context: pygent.ProposerContext) -> None:
        self.propose = mutate(context).propose


def parents(run: pygent.Run) -> list[str]:
    return [one.parents[0] for one in run.variants() if one.parents]


def test_a_selector_object_is_used_and_recorded_by_its_class(evolve: Evolve) -> None:
    selector = Counting()
    run = evolve(selector=selector, attempts=4)
    assert set(selector.added) == {one.id for one in run.variants() if one.tree and one.status == "valid"}
    assert run.settings.selector == f"object:{Counting.__module__}.Counting"


def test_classes_are_made_for_the_run(evolve: Evolve) -> None:
    run = evolve(selector=Counting, acceptor=Eager, proposer=Renamed, waive="memory,processes,cpu,inodes")
    settings = run.settings
    assert [settings.selector, settings.acceptor, settings.proposer] == [
        f"object:{one.__module__}.{one.__name__}" for one in (Counting, Eager, Renamed)
    ]
    assert {one.proposer for one in run.variants()[1:]} == {"renamed"}


def test_a_selector_of_a_file_decides(evolve: Evolve, newest: str) -> None:
    run = evolve(selector=newest, window=1)
    valid = [one.id for one in run.variants() if one.status != "failed" and one.tree]
    assert parents(run) == valid[: len(parents(run))]
    assert run.settings.selector == f"{Path.cwd()}/my_selector.py:NewestSelector"
    assert list(run.settings.extensions) == [run.settings.selector]


def test_an_import_string_works_like_the_name(evolve: Evolve) -> None:
    named = evolve(selector="best")
    imported = evolve(selector="pygent.evolution.search.selectors:BestSelector")
    trees = [[one.tree for one in run.variants()] for run in (named, imported)]
    assert trees[0] == trees[1]


@pytest.mark.parametrize(
    ("settings", "error", "words"),
    [
        ({"selector": "nosuch"}, pygent.ConfigError, "--selector: there is no selector 'nosuch'; choose one"),
        ({"selector": object()}, pygent.ExtensionError, "it has no add, remove, select, chosen"),
        ({"proposer": "./nowhere.py:P"}, pygent.ConfigError, "nowhere.py cannot be read: No such file"),
        ({"acceptor": "json:nosuch"}, pygent.ExtensionError, "has no nosuch"),
        ({"attempts": 0}, pygent.ConfigError, "--attempts: Input should be greater than 0"),
        ({"surprise": 1}, pygent.ConfigError, "unknown key"),
    ],
    ids=lambda one: next(iter(one)) if isinstance(one, dict) else None,
)
def test_what_cannot_be_used_is_one_clear_line(
    evolve: Evolve, settings: dict[str, object], error: type[Exception], words: str
) -> None:
    with pytest.raises(error) as raised:
        evolve(**settings)
    assert words in str(raised.value)
    assert len(str(raised.value).splitlines()) == 1


def test_a_function_is_called_with_each_progress(
    target: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    seen: list[pygent.Progress] = []
    caplog.set_level(logging.INFO, "pygent")
    run = pygent.evolve(
        target,
        home=tmp_path / "home",
        attempts=4,
        proposer="mutate",
        sandbox=LocalSandbox(),
        callbacks=[seen.append],
    )
    attempts = [one.attempts for one in seen if one.latest is not None]
    assert attempts == sorted(attempts)
    assert attempts[-1] == len(run.variants())
    assert seen[-1].run == run.id


class Following:
    """A tracker that notes what it is told."""

    def __init__(self) -> None:
        self.told: list[str] = []

    def began(self, run: object, home: Path) -> None:
        self.told.append("began")

    def progressed(self, progress: pygent.Progress) -> None:
        self.told.append("progressed")

    def ended(self, run: object) -> None:
        self.told.append("ended")


def test_a_tracker_and_a_callback_that_raises_end_no_run(
    target: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    tracker, calls = Following(), []

    def broken(progress: pygent.Progress) -> None:
        calls.append(progress)
        raise RuntimeError("the dashboard is away")

    run = pygent.evolve(
        target,
        home=tmp_path / "home",
        attempts=3,
        proposer="mutate",
        sandbox=LocalSandbox(),
        callbacks=[broken, tracker],
    )
    assert run.ended_by is pygent.EndReason.ATTEMPTS
    assert len(run.variants()) == 4
    assert tracker.told[0] == "began"
    assert tracker.told[-1] == "ended"
    assert set(tracker.told[1:-1]) == {"progressed"}
    assert len(calls) == 1
    assert "the dashboard is away" in caplog.text


def test_a_tracker_by_name_writes_events(evolve: Evolve) -> None:
    run = evolve(trackers="jsonl", attempts=2)
    events = (run.home.path / "runs" / f"{run.id}.events.jsonl").read_text().splitlines()
    assert '"began"' in events[0]
    assert '"ended"' in events[-1]


def test_a_resumed_run_gets_its_objects_again(evolve: Evolve) -> None:
    run = evolve(selector=Counting(), attempts=3)
    with pytest.raises(pygent.ConfigError, match=r"made with the selector .*Counting of a Python program"):
        pygent.resume(run, attempts=5, sandbox=LocalSandbox())
    with pytest.raises(pygent.ConfigError, match=f"run {run.id} keeps what it began with"):
        pygent.resume(run, attempts=5, sandbox=LocalSandbox(), selector="best")
    again = Counting()
    resumed = pygent.resume(run, attempts=5, sandbox=LocalSandbox(), selector=again)
    assert resumed.id == run.id
    assert len(resumed.variants()) == 6
    assert len(again.added) >= 3


def test_a_run_is_resumed_by_its_id_with_a_larger_budget(evolve: Evolve) -> None:
    run = evolve(attempts=2)
    resumed = pygent.resume(run.id[:6], home=run.home.path, attempts=4, sandbox=LocalSandbox())
    assert (resumed.id, len(resumed.variants()), resumed.settings.attempts) == (run.id, 5, 4)
    with pytest.raises(pygent.ArchiveError, match="nosuchrun"):
        pygent.resume("nosuchrun", home=run.home.path)


def test_a_file_that_has_changed_is_refused(evolve: Evolve, newest: str) -> None:
    run = evolve(selector=newest, attempts=2)
    with pytest.raises(pygent.ConfigError, match=r"give it again, as --selector .*my_selector\.py:Newest"):
        pygent.resume(run, attempts=3, sandbox=LocalSandbox())
    file = Path("my_selector.py")
    file.write_text(NEWEST + "\n# changed\n")
    with pytest.raises(pygent.ExtensionError, match=r"my_selector\.py has changed since the run began"):
        pygent.resume(run, attempts=3, sandbox=LocalSandbox(), selector=newest)
    file.write_text(NEWEST)
    assert len(pygent.resume(run, attempts=3, sandbox=LocalSandbox(), selector=newest).variants()) == 4
