"""Runs of proposers that are gone: all that they left can be looked at, and none goes on."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from pygent.archive.store import ArchiveStore
from tests.interfaces.conftest import Finished
from tests.support.cli import pygent


@pytest.fixture(params=["rewrite", "infill"])
def old(finished: Finished, tmp_path: Path, request: pytest.FixtureRequest) -> tuple[Path, str, str]:
    """An archive whose run has such a proposer: its home, the proposer and the run."""
    home = tmp_path / "home"
    shutil.copytree(finished.home, home)
    with ArchiveStore.open(home) as archive:
        (run,) = archive.runs.list_()
        archive.runs.update(run.id, config={**run.config, "proposer": request.param})
    return home, request.param, run.id


def test_what_it_left_can_be_listed_shown_exported_and_applied(
    old: tuple[Path, str, str], finished: Finished, tmp_path: Path
) -> None:
    home, _, run = old
    for command in (
        ("runs",),
        ("status", run),
        ("archive", "list"),
        ("archive", "show", finished.best),
        ("archive", "export", tmp_path / "out"),
        ("archive", "verify"),
        ("apply", finished.best, "--pr-body"),
    ):
        done = pygent(*command, home=home)
        assert done.code == 0, (command, done.err)


@pytest.mark.parametrize("command", [("resume",), ("evolve", "--replay")])
def test_it_does_not_go_on(old: tuple[Path, str, str], finished: Finished, command: tuple[str, ...]) -> None:
    home, proposer, run = old
    target = [] if command == ("resume",) else [finished.target]
    done = pygent(*command, run, *target, "--attempts", 20, home=home)
    assert done.code == 2
    assert done.err.splitlines() == [
        f"pygent: proposer: `{proposer}` was removed, as mutation does better; begin a run with `mutate`"
    ]
