"""A finished run to look at, and commands that use the local sandbox."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from sandbox.local import LocalSandbox
from tests.support.cli import pygent
from tests.support.small_target import write_target


@pytest.fixture
def local(monkeypatch: pytest.MonkeyPatch) -> None:
    """Commands open the local sandbox: these tests are of the commands, not of the walls."""
    monkeypatch.setattr("sandbox.select.open_sandbox", lambda *args, **kwargs: LocalSandbox())


@dataclass(frozen=True)
class Finished:
    home: Path
    target: Path
    summary: dict[str, Any]

    @property
    def best(self) -> str:
        return str(self.summary["best"]["variant"])


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Finished:
    folder = tmp_path_factory.mktemp("finished")
    target = write_target(folder / "target")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("sandbox.select.open_sandbox", lambda *args, **kwargs: LocalSandbox())
        patch.chdir(folder)
        done = pygent(
            "evolve",
            target,
            "--evaluations",
            300,
            "--seed",
            3,
            "--json",
            "--proposer",
            "mutate",
            home=folder / "home",
        )
    assert done.code == 0, done.err
    return Finished(folder / "home", target, done.json)
