"""A run learns the limit of calls from its baseline, once: resumed runs and replays keep it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from pygent.archive.facades.variant_store import VariantStore
from pygent.archive.records import Record
from pygent.archive.store import ArchiveStore
from pygent.evolution.run.progress import Progress
from pygent.evolution.run.run_execution import create_run, execute_run
from pygent.evolution.search.baseline_record import BaselineRecord
from pygent.evolution.settings.config import load_config
from pygent.sandbox.api import Box, BoxSpec, Isolation
from pygent.sandbox.backends.local import LocalSandbox
from pygent.testing.small_target import write_small_target


class LimitsSeen(LocalSandbox):
    """The local sandbox, which remembers how long calls might take in the boxes that were asked for."""

    def __init__(self) -> None:
        super().__init__()
        self.seconds: list[float] = []

    @contextmanager
    def box(self, spec: BoxSpec, isolation: Isolation) -> Iterator[Box]:
        self.seconds.append(spec.limits.call_seconds)
        with super().box(spec, isolation) as box:
            yield box


def evolve(home: Path, target: Path, run: str | None = None, **changes: Any) -> tuple[str, list[float], Any]:
    """A session of a run; its name, the limits that it used, and what it said."""
    config = load_config(None, target=str(target), proposer="mutate", seed=3, evaluations=3)
    said: list[Progress] = []
    with ArchiveStore.open(home) as archive, LimitsSeen() as sandbox:
        record = archive.runs.get(run) if run else create_run(archive, config)
        execute_run(archive, home, record, sandbox, said.append, lambda: False, **changes)
    return record.id, sandbox.seconds, said[-1].notes


@pytest.fixture(scope="module")
def target(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_small_target(tmp_path_factory.mktemp("limits") / "target")


def test_what_a_run_has_learned_holds_when_it_is_resumed(tmp_path: Path, target: Path, says: Says) -> None:
    run, seconds, notes = evolve(tmp_path, target)
    assert len(notes) == 1
    assert notes[0].startswith("calls may take 0.")
    assert " (learned: " in notes[0]
    assert min(seconds) < 10
    says(run, 0.2)
    _, seconds, _ = evolve(tmp_path, target, run, evaluations=8)
    assert 2.0 in seconds
    assert set(seconds) <= {2.0, 10.0}


def test_a_run_of_an_older_version_keeps_the_limits_that_it_began_with(
    tmp_path: Path, target: Path, says: Says
) -> None:
    run, _, _ = evolve(tmp_path, target)
    says(run, None)
    _, seconds, _ = evolve(tmp_path, target, run, evaluations=8)
    assert set(seconds) == {10.0}


def test_a_replay_takes_the_limits_of_the_run_that_it_replays(
    tmp_path: Path, target: Path, says: Says
) -> None:
    first, second = evolve(tmp_path, target)[0], evolve(tmp_path, target)[0]
    says(first, 0.5)
    with ArchiveStore.open(tmp_path) as archive:
        tree = next(iter(archive.variants.list_(run=first))).tree
        assert tree is not None
        known, other = (BaselineRecord(archive, runs, tree)() for runs in ([first, second], [second, first]))
        assert known is not None
        assert other is not None
        assert known.stages[0].slowest_right == 0.5
        assert other.stages[0].slowest_right != 0.5
        changed = BaselineRecord(archive, [first], "another tree")
        assert changed() is None
        changed.note(other)
        assert changed() == other


Says = Callable[[str, float | None], None]


@pytest.fixture
def says(monkeypatch: pytest.MonkeyPatch) -> Says:
    """Changes what the archive says about the slowest right answer of a run's baseline."""
    read, changed = VariantStore.records, dict[str, float | None]()

    def records(self: VariantStore, id: str, kind: str | None = None) -> list[Record]:
        found, run = read(self, id, kind), self.get(id).run
        if run not in changed or kind != "evaluation":
            return found
        stages = [{**stage, "slowest_right": changed[run]} for stage in found[-1].data["stages"]]
        return [Record(kind, {**found[-1].data, "stages": stages})]

    monkeypatch.setattr(VariantStore, "records", records)
    return changed.__setitem__
