"""Attempts that wait for a model are committed as they end; what is recorded of it is enough to repeat it."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any

import pytest

from pygent.archive.records import Status, VariantRecord
from pygent.archive.store import ArchiveStore
from pygent.evolution.extension_points import ExtensionObjects
from pygent.evolution.protocols import Candidate
from pygent.evolution.run.progress import Progress
from pygent.evolution.run.run_execution import create_run, execute_run
from pygent.evolution.search.population import Population
from pygent.evolution.search.selectors import DgmSelector
from pygent.evolution.settings.config import load_config
from pygent.testing.small_target import write_small_target
from tests.support.held_model import SOURCE, HeldModel, Killed
from tests.support.instant_sandbox import InstantSandbox

WINDOW, ATTEMPTS = 5, 24
Trail = list[tuple[object, ...]]


@dataclass
class Traced(DgmSelector):
    """The default selector; every call that changes it is kept, in order."""

    trail: Trail

    def __post_init__(self) -> None:
        super().__init__()

    def add(self, member: Candidate) -> None:
        self.trail.append(("add", member.variant, member.fitness))
        super().add(member)

    def remove(self, variant: str) -> None:
        self.trail.append(("remove", variant))
        super().remove(variant)

    def chosen(self, variant: str) -> None:
        self.trail.append(("chosen", variant))
        super().chosen(variant)

    def found_nothing(self, variant: str) -> None:
        self.trail.append(("found nothing", variant))
        super().found_nothing(variant)


@dataclass
class Story:
    """A run, session after session; a session's trail is all that its search came to know, in order."""

    home: Path
    target: Path
    patch: pytest.MonkeyPatch
    run: str = ""
    trails: list[Trail] = field(default_factory=list)
    answers: int = 0

    def session(
        self,
        rng: Random,
        *,
        commits: int | None = None,
        answers: int | None = None,
        decide: Callable[[ArchiveStore, VariantRecord], None] = lambda archive, latest: None,
        **options: Any,
    ) -> bool:
        """Go on until the run ends (True), or it is killed after so many commits or answers."""
        model = HeldModel(rng, WINDOW, answers)
        trail: Trail = []
        others = set(threading.enumerate())
        self.trails.append(trail)
        absorb = Population.absorb

        def traced(population: Population, variant: VariantRecord) -> None:
            absorb(population, variant)
            best = [one and one.id for one in (population.baseline, population.best, population.champion)]
            counts = (population.evaluated, population.barren, population.unusable, population.findings)
            known = (dict(population.statuses), population.usage, dict(population.failures))
            trail.append(("commit", variant.id, variant.status, *best, *counts, *known, population.leader))

        with pytest.MonkeyPatch.context() as patch, ArchiveStore.open(self.home) as archive:
            patch.setattr(Population, "absorb", traced)
            patch.setattr("pygent.gateway.models.connect._endpoint", lambda *given: model)
            patch.setattr("pygent.evolution.run.loop.WAIT_SECONDS", 0.01)
            patch.setattr("pygent.evolution.run.end_conditions.POLL_SECONDS", 0.0)
            if not self.run:
                limits = {"attempts": ATTEMPTS, "tokens": 10**6, "window": WINDOW}
                given = {**limits, "proposer": "llm", "model": "m", "fuse": 0.2, **options}
                config = load_config(None, target=str(self.target), **given)
                self.run = create_run(archive, config).id
            done = 0

            def watch(progress: Progress) -> None:
                nonlocal done
                if progress.latest is None:
                    model.let_go()
                    return
                done += 1
                decide(archive, progress.latest)
                if done == commits:
                    raise Killed

            record, objects = archive.runs.get(self.run), ExtensionObjects(selector=Traced(trail))
            try:
                execute_run(archive, self.home, record, InstantSandbox(), watch, lambda: False, objects)  # type: ignore[arg-type]
            except Killed:
                return False
            finally:
                model.kill()
                for thread in set(threading.enumerate()) - others:
                    thread.join()
                self.answers += model.answers
                assert archive.verify() == []
        return True

    @property
    def variants(self) -> list[VariantRecord]:
        """In the order of commits."""
        with ArchiveStore.open(self.home) as archive:
            return list(archive.variants.attempts(self.run))


def contents(story: Story) -> list[object]:
    """What a run committed, byte for byte and in that order, without what differs by nature: ids and times."""
    return [_content(story, one) for one in story.variants]


def _content(story: Story, one: VariantRecord) -> object:
    with ArchiveStore.open(story.home) as archive:
        numbers = [archive.variants.get(id).attempt for id in one.parents]
        files = None if one.tree is None else archive.variants.files(one.tree)
        outcome: tuple[Status, str] = (one.status, one.reason)
        if one.status is Status.REFUSED:  # by a person, who does not come back for a replay
            outcome = archive.decisions.standing_before(one.id)
    words = re.sub("[0-9a-f]{12}", "ID", f"{outcome[1]} {one.note}")
    return (one.attempt, numbers, files, outcome[0], words, one.score, one.proposer, one.operator, one.usage)


@pytest.fixture
def story(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Story:
    target = write_small_target(tmp_path / "target", source=SOURCE)
    manifest = target / "target.toml"
    manifest.write_text(manifest.read_text().replace('"ranges.py:outside"', '"ranges.py"'))
    return Story(tmp_path / "home", target, monkeypatch)


def decisions(rng: Random) -> Callable[[ArchiveStore, VariantRecord], None]:
    """A person who now and then rejects or approves what was just committed."""

    def decide(archive: ArchiveStore, latest: VariantRecord) -> None:
        if latest.attempt == 0 or latest.status is Status.NO_CHANGE or rng.random() > 0.25:
            return
        archive.decisions.add(latest.id, rng.choice(("reject", "annotate", "approve")), who="Ada", why="so")

    return decide


@pytest.mark.parametrize("seed", range(8))
def test_whatever_the_latencies_kills_and_decisions_a_resumed_run_goes_through_the_same_states(
    story: Story, seed: int
) -> None:
    rng = Random(seed)
    decide = decisions(rng) if seed % 2 else lambda archive, latest: None
    while True:
        kill = {rng.choice(("commits", "answers")): rng.randint(1, 8)} if len(story.trails) < 4 else {}
        if story.session(rng, decide=decide, seed=seed, **kill):
            break
    found = story.variants
    assert sorted(one.attempt for one in found) == list(range(ATTEMPTS + 1))
    assert [one.attempt for one in found] != sorted(one.attempt for one in found)
    assert story.answers == sum(one.usage.calls for one in found), "an answer was paid for twice"

    for before, after in zip(story.trails, story.trails[1:], strict=False):
        kept = [n for n, step in enumerate(before) if step[0] == "commit"]
        known = before[: kept[-1] + 1 if kept else 0]
        assert after[: len(known)] == known

    assert story.session(rng)  # it has ended: all is read from the archive
    assert story.trails[-1] == story.trails[-2][: len(story.trails[-1])]
    assert story.trails[-1][-1] == story.trails[-2][-1]

    replayed = Story(story.home, story.target, story.patch)
    assert replayed.session(rng, replay=story.run, attempts=None, tokens=None, model=None, seed=seed)
    assert contents(replayed) == contents(story)
