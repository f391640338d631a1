"""What becomes of a run whose sandbox fails for good, by what ended it: nothing of it is scored or lost."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from pygent.archive.records import Status, VariantRecord
from pygent.archive.store import ArchiveStore
from pygent.evolution.run.progress import Progress
from pygent.evolution.run.run_execution import RunResult, create_run, execute_run, new_id
from pygent.evolution.settings.config import load_config
from pygent.sandbox.api import BoxSpec, Isolation, SandboxFaultError
from pygent.sandbox.backends.local import LocalSandbox
from pygent.testing.small_target import write_small_target


class Failing:
    """The local sandbox, which gives `boxes` boxes and no more; `inside`: it fails in the later ones."""

    name = "failing"
    unlimited = ()

    def __init__(self, inner: LocalSandbox) -> None:
        self.inner = inner
        self.boxes = 1 << 30
        self.inside = False

    @contextmanager
    def box(self, spec: BoxSpec, isolation: Isolation) -> Iterator[Any]:
        self.boxes -= 1
        if self.boxes < 0 and not self.inside:
            raise SandboxFaultError("the engine does not answer: Connection refused")
        with self.inner.box(spec, isolation) as box:
            yield box
            if self.boxes < 0:
                raise SandboxFaultError("the container was removed from outside")

    def check(self) -> list[Any]:
        return []

    def close(self) -> None:
        self.inner.close()


@pytest.fixture
def sandbox(local_sandbox: LocalSandbox) -> Failing:
    return Failing(local_sandbox)


class Session:
    """A run at one home, begun once and taken on as often as wanted."""

    def __init__(self, home: Path, target: Path, **options: Any) -> None:
        self.home = home
        config = load_config(None, target=str(target), seed=3, evaluations=16, fuse=0.0, **options)
        with ArchiveStore.open(home, create=True) as archive:
            self.run = create_run(archive, config)

    def go_on(self, sandbox: Failing, wish: str = "", **changes: Any) -> RunResult:
        """`wish` is made as soon as the run waits."""
        with ArchiveStore.open(self.home) as archive:

            def look(progress: Progress) -> None:
                if progress.waiting is not None and wish in ("pause", "stop"):
                    archive.runs.update(self.run.id, requested_state=wish)
                waits.append(progress.waiting is not None)

            waits: list[bool] = []
            asked = lambda: wish == "interrupted" and any(waits)  # noqa: E731
            return execute_run(archive, self.home, self.run, sandbox, look, asked, **changes)  # type: ignore[arg-type]

    @property
    def variants(self) -> list[VariantRecord]:
        with ArchiveStore.open(self.home) as archive:
            return list(archive.variants.list_())

    @property
    def shape(self) -> list[object]:
        return [(one.attempt, one.tree, one.status, one.reason, one.score) for one in self.variants]

    @property
    def state(self) -> tuple[str, str]:
        with ArchiveStore.open(self.home) as archive:
            run = archive.runs.get(self.run.id)
        return run.state, run.stopped_by


@pytest.fixture(scope="module")
def target(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_small_target(tmp_path_factory.mktemp("target") / "target")


@pytest.fixture(scope="module")
def undisturbed(
    target: Path, local_sandbox: LocalSandbox, tmp_path_factory: pytest.TempPathFactory
) -> list[object]:
    session = Session(tmp_path_factory.mktemp("undisturbed"), target)
    session.go_on(Failing(local_sandbox))
    return session.shape


@pytest.mark.parametrize(
    ("wish", "changes", "state", "stopped_by"),
    [
        ("", {"engine_minutes": 0.0}, "paused", "engine"),
        ("", {"minutes": 0.05}, "finished", "minutes"),
        ("pause", {}, "paused", "pause"),
        ("stop", {}, "finished", "stop"),
        ("interrupted", {}, "paused", "interrupted"),
    ],
)
def test_whatever_ends_the_wait_the_run_goes_on_as_if_nothing_had_happened(
    target: Path,
    sandbox: Failing,
    undisturbed: list[object],
    tmp_path: Path,
    wish: str,
    changes: dict[str, Any],
    state: str,
    stopped_by: str,
) -> None:
    session = Session(tmp_path, target, **changes)
    sandbox.boxes = 6
    ended = session.go_on(sandbox, wish)
    assert session.state == (state, stopped_by)
    assert ended.summary["stopped_by"] == stopped_by
    known = session.shape
    assert known == undisturbed[: len(known)]
    assert 1 <= len(known) < len(undisturbed)
    sandbox.boxes = 1 << 30
    session.go_on(sandbox, minutes=60)
    assert session.shape == undisturbed


def test_what_fails_in_every_box_ends_the_run_and_is_no_score(
    target: Path,
    sandbox: Failing,
    undisturbed: list[object],
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
) -> None:
    session = Session(tmp_path, target)
    sandbox.boxes, sandbox.inside = 6, True
    session.go_on(sandbox)
    assert session.state == ("paused", "engine")
    assert "fails in them again and again: the container was removed from outside" in caplog.text
    assert Status.FAILED not in {one.status for one in session.variants}
    sandbox.boxes = 1 << 30
    session.go_on(sandbox)
    assert session.shape == undisturbed


def test_no_id_of_a_run_is_taken_for_a_number() -> None:
    drawn = iter(["12e45678", "00000042", "1234567e", "9e999999", "12e4567b"])
    assert new_id(lambda: next(drawn)) == "12e4567b"
