"""A finished run to review, made once."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from pygent.sandbox.backends.local import LocalSandbox
from pygent.testing.small_target import BUGGY, write_small_target
from tests.support.cli import pygent


@dataclass(frozen=True)
class Reviewed:
    home: Path
    target: Path
    run: str
    best: str

    @property
    def source(self) -> Path:
        return self.target / "src" / "ranges.py"


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory) -> Reviewed:
    folder = tmp_path_factory.mktemp("reviewed")
    target = write_small_target(folder / "target")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("pygent.sandbox.backends.select.open_sandbox", lambda *args, **kwargs: LocalSandbox())
        limits = ["--seed", 3, "--evaluations", 400, "--until", 1, "--selector", "best"]
        done = pygent("evolve", target, *limits, "--approval", "champions", "--json", home=folder / "home")
    assert done.code == 0, done.err
    return Reviewed(folder / "home", target, done.json["run"], done.json["best"]["variant"])


@pytest.fixture
def reviewed(made: Reviewed, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Reviewed]:
    """A copy of its archive for each test; what is applied goes to the one source, and back."""
    monkeypatch.setattr("pygent.sandbox.backends.select.open_sandbox", lambda *args, **kwargs: LocalSandbox())
    home = tmp_path / "home"
    shutil.copytree(made.home, home)
    yield Reviewed(home, made.target, made.run, made.best)
    made.source.write_text(BUGGY)
