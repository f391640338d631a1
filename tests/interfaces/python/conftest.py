"""Runs made through `import pygent`, in a sandbox that protects nothing."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Unpack

import pytest

import pygent
from pygent.interfaces.python.run_settings import RunSettings
from pygent.testing import LocalSandbox, write_small_target

Evolve = Callable[..., pygent.Run]


@pytest.fixture(autouse=True)
def _no_settings_of_mine(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("OPENAI_API_KEY", "OPENAI_BASE_URL"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def target(tmp_path: Path) -> Path:
    return write_small_target(tmp_path / "target")


@pytest.fixture
def evolve(tmp_path: Path, target: Path) -> Evolve:
    """A run of a few attempts; keywords change it."""

    def evolved(**settings: Unpack[RunSettings]) -> pygent.Run:
        usual: RunSettings = {"seed": 3, "proposer": "mutate", "attempts": 5, "sandbox": LocalSandbox()}
        return pygent.evolve(target, home=tmp_path / "home", **{**usual, **settings})

    return evolved


@pytest.fixture(scope="session")
def solved(tmp_path_factory: pytest.TempPathFactory) -> pygent.Run:
    """A run that found the bug, with a champion. Nobody writes into it."""
    folder = tmp_path_factory.mktemp("solved")
    return pygent.evolve(
        write_small_target(folder / "target"),
        home=folder / "home",
        seed=3,
        proposer="mutate",
        evaluations=400,
        until=1,
        sandbox=LocalSandbox(),
    )
