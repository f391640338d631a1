"""A run whose engine fails: it waits and says so, loses and scores nothing, leaves nothing behind.

The longer ones of these are in tests/campaigns/test_engine_faults.py.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.engine import PrivateEngine, Pygent, shape

pytestmark = pytest.mark.engine

OPTIONS = ("--proposer", "mutate", "--seed", 5, "--evaluations", 12, "--sandbox", "docker", "--image", "host")


@pytest.fixture(scope="module")
def undisturbed(
    own_engine: PrivateEngine, slow_target: Path, tmp_path_factory: pytest.TempPathFactory
) -> list[object]:
    """What the run finds when nothing happens."""
    home = tmp_path_factory.mktemp("undisturbed")
    with Pygent(home, "evolve", slow_target, *OPTIONS, engine=own_engine) as run:
        assert run.ends() == 0, run.err
    return shape(home)


def test_a_run_waits_for_a_stopped_engine_and_finds_what_it_would_have_found(
    own_engine: PrivateEngine, slow_target: Path, undisturbed: list[object], tmp_path: Path
) -> None:
    with Pygent(tmp_path, "evolve", slow_target, *OPTIONS, engine=own_engine) as run:
        run.commits(2)
        own_engine.remove_containers()
        run.commits(6)
        own_engine.stop()
        run.says("waiting since")
        own_engine.start()
        assert run.ends() == 0, run.err
        told = [line for line in run.err.splitlines() if "waiting since" in line]
    assert len(told) == 1, run.err
    assert "10 minutes at most (engine_minutes)" in told[0]
    assert shape(tmp_path) == undisturbed
    assert own_engine.containers() == []


def test_past_the_limit_the_breaker_opens_and_the_run_can_be_resumed(
    own_engine: PrivateEngine, slow_target: Path, undisturbed: list[object], tmp_path: Path
) -> None:
    with Pygent(
        tmp_path, "evolve", slow_target, *OPTIONS, "--engine-minutes", 0.03, engine=own_engine
    ) as run:
        run.commits(4)
        own_engine.stop()
        assert run.ends() == 3, run.err
        assert "the circuit breaker opened: the sandbox stopped giving boxes" in run.out
        assert f"`pygent --home {tmp_path} resume {run.run}` goes on" in run.err
    known = shape(tmp_path)
    assert known == undisturbed[: len(known)]
    assert len(known) < len(undisturbed)
    own_engine.start()
    with Pygent(tmp_path, "resume", run.run, engine=own_engine) as again:
        assert again.ends() == 0, again.err
    assert shape(tmp_path) == undisturbed
    assert own_engine.containers() == []


def test_a_killed_run_leaves_nothing_after_the_next_start(
    own_engine: PrivateEngine, slow_target: Path, undisturbed: list[object], tmp_path: Path
) -> None:
    home, scratch = tmp_path / "home", tmp_path / "scratch"
    scratch.mkdir()
    with Pygent(home, "evolve", slow_target, *OPTIONS, engine=own_engine, TMPDIR=str(scratch)) as run:
        run.commits(4)
        run.process.kill()
        run.process.wait()
    assert own_engine.containers() != []
    with Pygent(home, "resume", run.run, engine=own_engine, TMPDIR=str(scratch)) as again:
        assert again.ends() == 0, again.err
    assert shape(home) == undisturbed
    assert own_engine.containers() == []
    assert list(scratch.iterdir()) == []
