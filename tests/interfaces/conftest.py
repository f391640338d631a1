"""A finished run to look at, and commands that use the local sandbox."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from pygent.sandbox.backends.local import LocalSandbox
from pygent.testing.small_target import write_small_target
from tests.support.cli import pygent
from tests.support.servers.model_server import ModelServer, Script, say


@pytest.fixture
def local(monkeypatch: pytest.MonkeyPatch) -> None:
    """Commands open the local sandbox: these tests are of the commands, not of the walls."""
    monkeypatch.setattr("pygent.sandbox.backends.select.open_sandbox", lambda *args, **kwargs: LocalSandbox())


@dataclass(frozen=True)
class Finished:
    home: Path
    target: Path
    summary: dict[str, Any]

    @property
    def best(self) -> str:
        return str(self.summary["best"]["variant"])


def edit(search: str, replace: str) -> Script:
    block = f"<<<<<<< SEARCH\n{search}\n=======\n{replace}\n>>>>>>> REPLACE"
    return say(f"IDEA: {replace.strip()} instead\n\nranges.py\n```python\n{block}\n```")


RETURN = "        return value + high"
ANSWERS = (
    *2 * (say("I would rather not."),),  # each refused answer is sent back once
    edit("    return 0", "    return 7"),
    *2 * (edit("        return value * high", "        return 0"),),
    edit(RETURN, "        return value - high"),
    edit("    return 0", "    return 1"),
    edit("    return 0", "    return 2"),
)


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Finished:
    """A run in which a scripted model repairs the bug, after an answer without an edit, a change for nothing
    and an edit that fits nowhere; two changes for the worse follow."""
    folder = tmp_path_factory.mktemp("finished")
    target = write_small_target(folder / "target")
    with pytest.MonkeyPatch.context() as patch, ModelServer(ANSWERS) as server:
        patch.setattr("pygent.sandbox.backends.select.open_sandbox", lambda *args, **kwargs: LocalSandbox())
        patch.chdir(folder)
        for name, value in server.environment.items():
            patch.setenv(name, value)
        limits = ["--seed", 3, "--evaluations", 4, "--tokens", 100_000, "--window", 1, "--selector", "best"]
        done = pygent("evolve", target, "--model", "m", *limits, "--json", home=folder / "home")
    assert done.code == 0, done.err
    return Finished(folder / "home", target, done.json)
