"""A run whose engine fails: it waits and says so, loses and scores nothing, leaves nothing behind."""

from __future__ import annotations

import signal
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from archive.store import Archive
from sandbox import cgroup
from sandbox.roots import cache_home
from tests.support.engine import PrivateEngine, Pygent, private_engine, shape
from tests.support.small_target import write_slow_target

pytestmark = pytest.mark.engine

OPTIONS = ("--proposer", "mutate", "--seed", 5, "--evaluations", 14, "--sandbox", "docker", "--image", "host")
WAITS = "the engine does not answer"


@pytest.fixture(scope="module")
def engine() -> Iterator[PrivateEngine]:
    with private_engine() as made:
        yield made


@pytest.fixture(scope="module")
def target(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_slow_target(tmp_path_factory.mktemp("faults") / "target")


@pytest.fixture(scope="module")
def undisturbed(
    engine: PrivateEngine, target: Path, tmp_path_factory: pytest.TempPathFactory
) -> list[object]:
    """What the run finds when nothing happens."""
    home = tmp_path_factory.mktemp("undisturbed")
    with Pygent(home, "evolve", target, *OPTIONS, engine=engine) as run:
        assert run.ends() == 0, run.err
    return shape(home)


def left_on_the_machine() -> set[str]:
    """What a run could leave behind outside of its home: temporary files, control groups, roots, boxes."""
    folders = [Path(tempfile.gettempdir()), cache_home(), *cgroup.find().parents.values()]
    found = {str(path) for folder in folders for path in folder.glob("*") if "pytest-" not in path.name}
    boxes = [path.parent for path in Path("/proc").glob("[0-9]*/cmdline") if runs_a_box(path)]
    return found | {str(path) for path in boxes}


def runs_a_box(cmdline: Path) -> bool:
    try:
        return b"-I\0-c\0" in cmdline.read_bytes()
    except OSError:
        return False


def only_run(home: Path) -> str:
    with Archive.open(home, read_only=True) as archive:
        (run,) = archive.runs()
    return run.id


def test_a_run_waits_for_a_stopped_engine_and_finds_what_it_would_have_found(
    engine: PrivateEngine, target: Path, undisturbed: list[object], tmp_path: Path
) -> None:
    with Pygent(tmp_path, "evolve", target, *OPTIONS, engine=engine) as run:
        run.commits(6)
        engine.stop()
        run.says(WAITS)
        engine.start()
        assert run.ends() == 0, run.err
        told = [line for line in run.err.splitlines() if "waiting since" in line]
    assert len(told) == 1, run.err
    assert "10 minutes at most (engine_minutes)" in told[0]
    assert shape(tmp_path) == undisturbed
    assert engine.containers() == []


def test_a_removed_container_costs_nothing_but_time(
    engine: PrivateEngine, target: Path, undisturbed: list[object], tmp_path: Path
) -> None:
    with Pygent(tmp_path, "evolve", target, *OPTIONS, engine=engine) as run:
        for enough in (4, 9, 14):
            run.commits(enough)
            with engine.client() as client:
                for one in client.api.containers():
                    client.api.remove_container(one["Id"], force=True)
        assert run.ends() == 0, run.err
    assert shape(tmp_path) == undisturbed


def test_past_the_limit_the_breaker_opens_and_the_run_can_be_resumed(
    engine: PrivateEngine, target: Path, undisturbed: list[object], tmp_path: Path
) -> None:
    with Pygent(tmp_path, "evolve", target, *OPTIONS, "--engine-minutes", 0.03, engine=engine) as run:
        run.commits(6)
        engine.stop()
        assert run.ends() == 3
        assert "the circuit breaker opened: the sandbox gave no boxes any more" in run.out
        known = only_run(tmp_path)
        assert f"`pygent --home {tmp_path} resume {known}` goes on" in run.err
    before = shape(tmp_path)
    assert len(before) < len(undisturbed)
    engine.start()
    with Pygent(tmp_path, "resume", known, engine=engine) as again:
        assert again.ends() == 0, again.err
    assert shape(tmp_path) == undisturbed
    assert engine.containers() == []


def test_a_signal_during_the_wait_ends_the_run_as_ever(
    engine: PrivateEngine, target: Path, tmp_path: Path
) -> None:
    with Pygent(tmp_path, "evolve", target, *OPTIONS, engine=engine) as run:
        run.commits(4)
        engine.stop()
        run.says(WAITS)
        run.process.send_signal(signal.SIGINT)
        assert run.ends() == 130, run.err
        assert "ended after" in run.out
        assert "it was interrupted" in run.out
    with Archive.open(tmp_path, read_only=True) as archive:
        (known,) = archive.runs()
    assert (known.state, known.stopped_by) == ("paused", "interrupted")
    engine.start()


def test_a_killed_run_leaves_nothing_after_the_next_start(
    engine: PrivateEngine, target: Path, undisturbed: list[object], tmp_path: Path
) -> None:
    before = left_on_the_machine()
    with Pygent(tmp_path, "evolve", target, *OPTIONS, engine=engine) as run:
        run.commits(4)
        run.process.kill()
        run.process.wait()
    assert engine.containers() != []
    with Pygent(tmp_path, "resume", only_run(tmp_path), engine=engine) as again:
        assert again.ends() == 0, again.err
    assert shape(tmp_path) == undisturbed
    assert engine.containers() == []
    assert left_on_the_machine() <= before
