"""Whole runs as a user starts them: in processes of their own, through the real sandbox."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from pygent.archive.locks import is_alive
from pygent.archive.store import ArchiveStore
from pygent.testing.small_target import BUGGY, write_small_target
from tests.support.runs import committed, containers_of, wait_until

Begin = Callable[..., subprocess.Popen[bytes]]
pytestmark = pytest.mark.engine


@pytest.fixture
def target(tmp_path: Path) -> Path:
    return write_small_target(tmp_path / "target")


def command(home: Path, *arguments: object) -> list[str]:
    return [sys.executable, "-m", "pygent", "--home", str(home), *map(str, arguments)]


@pytest.fixture
def begin() -> Iterator[Begin]:
    """Starts commands in the background, and sees to it that none outlives its test."""
    sessions: list[subprocess.Popen[bytes]] = []

    def start(home: Path, *arguments: object) -> subprocess.Popen[bytes]:
        session = subprocess.Popen(command(home, *arguments), stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        sessions.append(session)
        return session

    yield start
    for session in sessions:
        session.kill()
        session.communicate()


def pygent(home: Path, *arguments: object, **options: Any) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command(home, *arguments), capture_output=True, text=True, timeout=200, check=False, **options
    )


def test_a_run_in_the_real_sandbox_with_its_log_and_what_follows(tmp_path: Path, target: Path) -> None:
    home, told = tmp_path / "home", tmp_path / "told"
    finish = f"echo $PYGENT_RUN $PYGENT_STOPPED_BY $PYGENT_BEST > {told}"
    options = ["--evaluations", 30, "--seed", 2, "--on-finish", finish, "--json"]
    done = pygent(home, "--log-json", "--log-level", "info", "evolve", target, *options)
    assert done.returncode == 0, done.stderr
    summary = json.loads(done.stdout)
    best = (summary["best"] or {}).get("variant", "")
    assert told.read_text().split() == [summary["run"], "evaluations", *([best] if best else [])]
    lines = [json.loads(line) for line in done.stderr.splitlines() if line.startswith("{")]
    judged = [line for line in lines if line["logger"] == "pygent.evolution.run.durable_steps"]
    assert len(judged) >= 30
    with ArchiveStore.open(home) as archive:
        known = {variant.id for variant in archive.variants.list_()}
    assert {line["run"] for line in judged} == {summary["run"]}
    assert {line["variant"] for line in judged} <= known
    assert (target / "src" / "ranges.py").read_text() == BUGGY


def test_a_run_in_the_background_that_ends_at_once_is_said_to_have_ended(
    tmp_path: Path, target: Path
) -> None:
    nowhere = {**os.environ, "DOCKER_HOST": f"unix://{tmp_path}/none.sock"}
    options = ["--evaluations", 3, "--sandbox", "docker", "--detach"]
    done = pygent(tmp_path / "home", "evolve", target, *options, env=nowhere)
    assert (done.returncode, done.stdout) == (1, "")
    (line,) = done.stderr.splitlines()
    assert line.startswith("pygent: run ")
    assert " ended at once: no Docker engine answers" in line
    assert "goes on" not in line


def test_ctrl_c_ends_cleanly_and_leaves_no_container(tmp_path: Path, target: Path, begin: Begin) -> None:
    home = tmp_path / "home"
    session = begin(home, "evolve", target, "--seed", 2, "--json")
    wait_until(lambda: committed(home) > 5)
    session.send_signal(signal.SIGINT)
    out, err = session.communicate(timeout=60)
    assert session.returncode == 130, err
    assert json.loads(out)["stopped_by"] == "interrupted"
    assert containers_of(session.pid) == []
    with ArchiveStore.open(home) as archive:
        assert archive.verify() == []
        assert archive.runs.list_()[0].state == "paused"


def test_a_detached_run_is_paused_resumed_and_stopped_from_outside(tmp_path: Path, target: Path) -> None:
    home = tmp_path / "home"
    begun = pygent(home, "evolve", target, "--seed", 2, "--detach", "--json")
    assert begun.returncode == 0, begun.stderr
    run = json.loads(begun.stdout)["run"]
    try:
        wait_until(lambda: committed(home) > 5)
        assert pygent(home, "pause", run[:4]).returncode == 0
        wait_until(lambda: not is_alive(home, run))
        assert json.loads(pygent(home, "status", run, "--json").stdout)["state"] == "paused"
        before = committed(home)
        assert pygent(home, "resume", run, "--detach").returncode == 0
        wait_until(lambda: committed(home) > before + 5)
        assert json.loads(pygent(home, "status", run, "--json").stdout)["state"] == "running"
        assert pygent(home, "stop", run).returncode == 0
        wait_until(lambda: not is_alive(home, run))
        status = json.loads(pygent(home, "status", run, "--json").stdout)
        assert status["state"] == "finished"
        assert status["stopped_by"] == "stop"
    finally:
        with ArchiveStore.open(home, read_only=True) as archive:
            assert archive.verify() == []
        if is_alive(home, run):
            os.kill(json.loads(begun.stdout)["pid"], signal.SIGKILL)


def test_two_runs_on_one_machine_leave_each_other_alone(tmp_path: Path, target: Path, begin: Begin) -> None:
    options = ["--seed", 2, "--evaluations", 40, "--json"]
    sessions = [begin(tmp_path / name, "evolve", target, *options) for name in ("one", "other")]
    results = [session.communicate(timeout=200) for session in sessions]
    assert [session.returncode for session in sessions] == [0, 0], results
    one, other = (json.loads(out) for out, _ in results)
    assert one["evaluations"] == other["evaluations"] == 40
    assert one["baseline"]["score"] == other["baseline"]["score"]
    assert [containers_of(session.pid) for session in sessions] == [[], []]


def test_the_next_start_removes_the_containers_of_a_killed_run(
    tmp_path: Path, target: Path, begin: Begin
) -> None:
    home = tmp_path / "home"
    session = begin(home, "evolve", target, "--seed", 2)
    wait_until(lambda: committed(home) > 3)
    session.kill()
    session.wait()
    status = json.loads(pygent(home, "status", "", "--json").stdout)
    assert status["state"] == "dead"
    done = pygent(home, "resume", status["run"], "--evaluations", committed(home) + 20, "--json")
    assert done.returncode == 0, done.stderr
    assert containers_of(session.pid) == []


def test_bench_judges_a_tree_that_is_bad_with_exit_0(tmp_path: Path, target: Path) -> None:
    bad = tmp_path / "bad"
    bad.mkdir()
    (bad / "ranges.py").write_text("def outside(value, low, high):\n    raise SystemExit(0)\n")
    done = pygent(tmp_path, "bench", target, "--tree", bad, "--json")
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert {"target", "passed", "total", "score", "trust", "metrics", "seconds"} <= set(told)
    assert (told["passed"], told["total"], told["trust"]) == (0, 12, "sealed")
    good = json.loads(pygent(tmp_path, "bench", target, "--json").stdout)
    assert good["passed"] == 8


def test_doctor_and_the_sandboxs_own_check_pass_here(tmp_path: Path) -> None:
    assert pygent(tmp_path, "doctor").returncode == 0
    checked = pygent(tmp_path, "sandbox", "check", "--json")
    assert checked.returncode == 0, checked.stdout
    assert {"network", "processes", "memory", "writing", "forger"} <= {
        one["name"] for one in json.loads(checked.stdout)["checks"]
    }
    assert pygent(tmp_path, "sandbox", "build", "--json").returncode == 0
