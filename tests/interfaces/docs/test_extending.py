"""The extensions of the guide do what it says, from the command line and from Python."""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

import pygent as library
from pygent.archive.store import ArchiveStore
from pygent.testing import LocalSandbox
from tests.interfaces.docs.test_docs import commands_in
from tests.interfaces.docs.test_tutorials import write_files
from tests.support.cli import pygent
from tests.support.docs import DOCS

GUIDE = DOCS / "how-to" / "extend.md"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with the guide's files, and a sandbox that protects nothing."""
    monkeypatch.setattr("pygent.sandbox.backends.select.open_sandbox", lambda *args, **kwargs: LocalSandbox())
    monkeypatch.chdir(tmp_path)
    write_files("how-to/extend.md", tmp_path)
    return tmp_path


def shortened(command: str) -> list[str]:
    """The words of a command, with a budget for tests."""
    words = shlex.split(re.sub(r"--minutes \d+", "--attempts 2", command))[1:]
    return words if "--proposer" in words else [*words, "--proposer", "mutate"]


@pytest.mark.parametrize("point", ["selector", "proposer", "acceptor", "trackers"])
def test_the_commands_of_the_guide_work(folder: Path, point: str) -> None:
    (command,) = (
        one for one in commands_in(GUIDE) if one.startswith("pygent evolve") and f"--{point} ./" in one
    )
    done = pygent(*shortened(command))
    assert done.code == 0, done.err
    with ArchiveStore.open(folder / ".pygent", read_only=True) as archive:
        (run,) = archive.runs.list_()
        assert str(folder) in run.config[point]
        assert len(list(archive.variants.list_(run=run.id))) == 3
    if point == "trackers":
        assert f"run {run.id} of online_bin_packing" in done.out
        assert "ended by attempts" in done.out
        assert (folder / ".pygent" / "runs" / f"{run.id}.events.jsonl").is_file()
    if point == "selector":
        (resume,) = (one for one in commands_in(GUIDE) if one.startswith("pygent resume"))
        words = shlex.split(resume.replace("RUN", run.id).replace("--minutes 5", "--attempts 3"))[1:]
        assert pygent(*words).code == 0
        without = pygent("resume", run.id, "--attempts", 4)
        assert without.code == 2
        assert f"--selector {folder}/my_selector.py:TournamentSelector" in without.err


def test_the_selector_is_used_from_python(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(folder))
    (block,) = (
        one for one in re.findall(r"```python\n(.*?)```", GUIDE.read_text(), re.S) if "import pygent\n" in one
    )
    names: dict[str, library.Run] = {}
    exec(block.replace("minutes=2", "attempts=2"), names)
    assert names["run"].settings.selector == "object:my_selector.TournamentSelector"
    assert len(names["run"].variants()) == 3


def test_the_selector_passes_its_contract(folder: Path) -> None:
    (command,) = re.findall(r"```sh\npython (.*)\n```", GUIDE.read_text())
    done = subprocess.run(
        [sys.executable, *shlex.split(command), "-p", "no:cacheprovider"],
        cwd=folder,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout
    assert re.search(r"^\d\d passed", done.stdout.splitlines()[-1].strip("= "))


def test_the_files_of_the_guide_are_typed(folder: Path) -> None:
    files = sorted(str(path) for path in folder.glob("my_*.py"))
    assert len(files) == 4
    done = subprocess.run(
        [sys.executable, "-m", "mypy", "--strict", *files], cwd=DOCS.parent, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stdout
