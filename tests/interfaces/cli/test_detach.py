"""`--detach` says that a run goes on when it does, and otherwise why it does not."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from pygent.archive.locks import is_alive
from pygent.testing.small_target import BUGGY, write_slow_target, write_small_target
from tests.support.runs import wait_until

pytestmark = pytest.mark.bubblewrap

HERE = ("--sandbox", "bubblewrap")


def pygent(home: Path, *words: object) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-P", "-m", "pygent", "--home", str(home), *map(str, words)]
    return subprocess.run(command, capture_output=True, text=True, timeout=200, check=False)


@pytest.fixture(autouse=True)
def _no_key(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("OPENAI_API_KEY", "OPENAI_BASE_URL"):
        monkeypatch.delenv(name, raising=False)


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        (["--proposer", "llm"], "--model: give the name of a model to ask"),
        (["--proposer", "llm", "--model", "gpt-4.1-mini"], "OPENAI_API_KEY is not set"),
    ],
    ids=["no model", "no key"],
)
def test_what_keeps_a_run_from_its_first_attempt_is_told(
    options: list[str], reason: str, tmp_path: Path
) -> None:
    target = write_small_target(tmp_path / "target")
    done = pygent(tmp_path / "home", "evolve", target, *options, "--evaluations", 2, *HERE, "--detach")
    assert done.returncode in (1, 2)
    assert done.stdout == ""
    assert reason in done.stderr
    assert "goes on" not in done.stderr
    assert "Traceback" not in done.stderr


def test_a_source_that_is_not_valid_itself_is_told(tmp_path: Path) -> None:
    target = write_small_target(tmp_path / "target", source=f"raise RuntimeError('not today')\n{BUGGY}")
    done = pygent(tmp_path / "home", "evolve", target, "--evaluations", 2, *HERE, "--detach")
    assert (done.returncode, done.stdout) == (1, "")
    assert " ended at once: " in done.stderr


def test_a_run_that_is_going_is_not_begun_again(tmp_path: Path) -> None:
    target, home = write_slow_target(tmp_path / "target"), tmp_path / "home"
    begun = pygent(home, "evolve", target, "--evaluations", 500, *HERE, "--detach")
    assert begun.returncode == 0, begun.stderr
    run = begun.stdout.split()[1]
    assert f"pygent --home {home} status {run}" in begun.stdout
    again = pygent(home, "resume", run, "--detach")
    assert (again.returncode, again.stdout) == (1, "")
    assert "is being run already" in again.stderr
    assert pygent(home, "stop", run).returncode == 0
    wait_until(lambda: not is_alive(home, run))


def test_output_that_cannot_be_kept_is_one_line(tmp_path: Path) -> None:
    target, home = write_small_target(tmp_path / "target"), tmp_path / "home"
    home.mkdir()
    (home / "runs").touch()
    done = pygent(home, "evolve", target, "--evaluations", 2, *HERE, "--detach")
    assert (done.returncode, done.stdout) == (1, "")
    (line,) = done.stderr.splitlines()
    assert "the run's output cannot be written" in line


def test_a_full_disk_behind_standard_output_is_one_line() -> None:
    with Path("/dev/full").open("w") as full:
        command = [sys.executable, "-P", "-m", "pygent", "--help"]
        done = subprocess.run(command, stdout=full, stderr=subprocess.PIPE, text=True, check=False)
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
