"""A run whose engine fails: it waits and says so, loses and scores nothing, leaves nothing behind.

The longer ones of these are in tests/campaigns/test_engine_faults.py.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.engine import PrivateEngine, Pygent, private_engine, shape
from tests.support.small_target import write_slow_target

pytestmark = pytest.mark.engine

OPTIONS = ("--proposer", "mutate", "--seed", 5, "--evaluations", 12, "--sandbox", "docker", "--image", "host")


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


def test_a_run_waits_for_a_stopped_engine_and_finds_what_it_would_have_found(
    engine: PrivateEngine, target: Path, undisturbed: list[object], tmp_path: Path
) -> None:
    with Pygent(tmp_path, "evolve", target, *OPTIONS, engine=engine) as run:
        run.commits(2)
        engine.remove_containers()
        run.commits(6)
        engine.stop()
        run.says("the engine does not answer")
        engine.start()
        assert run.ends() == 0, run.err
        told = [line for line in run.err.splitlines() if "waiting since" in line]
    assert len(told) == 1, run.err
    assert "10 minutes at most (engine_minutes)" in told[0]
    assert shape(tmp_path) == undisturbed
    assert engine.containers() == []


def test_past_the_limit_the_breaker_opens_and_the_run_can_be_resumed(
    engine: PrivateEngine, target: Path, undisturbed: list[object], tmp_path: Path
) -> None:
    with Pygent(tmp_path, "evolve", target, *OPTIONS, "--engine-minutes", 0.03, engine=engine) as run:
        run.commits(4)
        engine.stop()
        assert run.ends() == 3, run.err
        assert "the circuit breaker opened: the sandbox gave no boxes any more" in run.out
        assert f"`pygent --home {tmp_path} resume {run.run}` goes on" in run.err
    known = shape(tmp_path)
    assert known == undisturbed[: len(known)]
    assert len(known) < len(undisturbed)
    engine.start()
    with Pygent(tmp_path, "resume", run.run, engine=engine) as again:
        assert again.ends() == 0, again.err
    assert shape(tmp_path) == undisturbed
    assert engine.containers() == []


def test_a_killed_run_leaves_nothing_after_the_next_start(
    engine: PrivateEngine, target: Path, undisturbed: list[object], tmp_path: Path
) -> None:
    home, scratch = tmp_path / "home", tmp_path / "scratch"
    scratch.mkdir()
    with Pygent(home, "evolve", target, *OPTIONS, engine=engine, TMPDIR=str(scratch)) as run:
        run.commits(4)
        run.process.kill()
        run.process.wait()
    assert engine.containers() != []
    with Pygent(home, "resume", run.run, engine=engine, TMPDIR=str(scratch)) as again:
        assert again.ends() == 0, again.err
    assert shape(home) == undisturbed
    assert engine.containers() == []
    assert list(scratch.iterdir()) == []
