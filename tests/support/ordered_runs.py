"""Runs whose answers end in an order that a test wants, followed session after session."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any

import pytest

from pygent.archive.records import Event, EventKind, Status, VariantRecord
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

WINDOW, ATTEMPTS, ERROR_RATE = 5, 18, 0.05
Trail = list[tuple[object, ...]]
Decide = Callable[[ArchiveStore, VariantRecord], None]


class TracedSelector(DgmSelector):
    """The default selector; every call that changes it is kept, in order."""

    def __init__(self, trail: Trail) -> None:
        super().__init__()
        self.trail = trail

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
    run: str = ""
    trails: list[Trail] = field(default_factory=list)
    answers: int = 0  # that the model gave

    @classmethod
    def of(cls, folder: Path) -> Story:
        target = write_small_target(folder / "target", source=SOURCE)
        manifest = target / "target.toml"
        manifest.write_text(manifest.read_text().replace('"ranges.py:outside"', '"ranges.py"'))
        return cls(folder / "home", target)

    def session(
        self,
        rng: Random,
        *,
        commits: int | None = None,
        answers: int | None = None,
        decide: Decide = lambda archive, latest: None,
        selector: type[TracedSelector] = TracedSelector,
        sandbox: InstantSandbox | None = None,
        proposing: object = None,
        interrupted: Callable[[], bool] = lambda: False,
        idle: Callable[[], object] = lambda: None,
        **options: Any,
    ) -> bool:
        """Go on until the run ends (True), or it is killed after so many commits or answers.

        `rng` draws who is answered next; `decide` is called after each commit. `proposing` stands in for the
        one that asks the model; `idle` is called while nothing happens.
        `options` are settings; if the run is there already, they change it from now on.
        """
        model = HeldModel(rng, WINDOW, answers)
        trail: Trail = []
        others = set(threading.enumerate())
        self.trails.append(trail)
        with pytest.MonkeyPatch.context() as patch, ArchiveStore.open(self.home) as archive:
            patch.setattr(Population, "absorb", _traced(trail))
            patch.setattr("pygent.gateway.models.connect._endpoint", lambda *given: model)
            patch.setattr("pygent.evolution.run.loop.WAIT_SECONDS", 0.01)
            patch.setattr("pygent.evolution.run.end_conditions.POLL_SECONDS", 0.0)
            if not self.run:
                limits = {"attempts": ATTEMPTS, "tokens": 10**6, "window": WINDOW, "error_rate": ERROR_RATE}
                given = {**limits, "proposer": "llm", "model": "m", "fuse": 0.2, **options}
                self.run = create_run(archive, load_config(None, target=str(self.target), **given)).id
                options = {}
            done = 0

            def watch(progress: Progress) -> None:
                nonlocal done
                if progress.latest is None:
                    idle()
                    model.let_go()
                    return
                done += 1
                decide(archive, progress.latest)
                if done == commits:
                    raise Killed

            record = archive.runs.get(self.run)
            objects = ExtensionObjects(selector=selector(trail), proposer=proposing)
            where = (archive, self.home, record, sandbox or InstantSandbox(), watch, interrupted, objects)
            try:
                execute_run(*where, **options)
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

    @property
    def events(self) -> list[Event]:
        with ArchiveStore.open(self.home) as archive:
            return archive.events.list_(self.run)

    @property
    def begun(self) -> dict[int, tuple[int, ...]]:
        """The parents of all attempts that have begun."""
        return {event.number: event.parents for event in self.events if event.kind is EventKind.BEGIN}

    @property
    def contents(self) -> list[object]:
        """What was committed, byte for byte and in that order, but for ids, times and what people refused."""
        with ArchiveStore.open(self.home) as archive:
            return [_content(archive, one) for one in archive.variants.attempts(self.run)]

    def error_rates(self, attempt: int) -> list[float]:
        """What the confirmations of an attempt were allowed."""
        (id,) = (one.id for one in self.variants if one.attempt == attempt)
        with ArchiveStore.open(self.home) as archive:
            found = archive.variants.records(id, kind="confirmation")
        return [one.data["decision"]["error_rate"] for one in found]


def _traced(trail: Trail) -> Callable[[Population, VariantRecord], None]:
    absorb = Population.absorb

    def traced(population: Population, variant: VariantRecord) -> None:
        absorb(population, variant)
        leading = (population.baseline, population.best, population.champion)
        best = [one and one.id for one in leading]
        counts = (population.evaluated, population.barren, population.unusable, population.findings)
        known = (dict(population.statuses), population.usage, dict(population.failures))
        trail.append(("commit", variant.id, variant.status, *best, *counts, *known, population.leader))

    return traced


def _content(archive: ArchiveStore, one: VariantRecord) -> object:
    numbers = [archive.variants.get(id).attempt for id in one.parents]
    files = None if one.tree is None else archive.variants.files(one.tree)
    status, reason = one.status, one.reason
    if status is Status.REFUSED:
        status, reason = archive.decisions.standing_before(one.id)
    words = re.sub("[0-9a-f]{12}", "ID", f"{reason} {one.note}")
    return (one.attempt, numbers, files, status, words, one.score, one.proposer, one.operator, one.usage)
