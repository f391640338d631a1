"""A folder with a file for every module that we import: nothing of it runs in a process of ours."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
import sysconfig
from collections.abc import Iterator
from importlib.metadata import packages_distributions
from pathlib import Path
from typing import Any

import pytest
from mcp import Client, StdioServerParameters

from pygent.archive.store import ArchiveStore
from pygent.evolution.settings.config import load_config
from pygent.gateway.local import model_server
from pygent.interfaces.common import background_runs
from pygent.sandbox.host import child_python
from pygent.sandbox.images.installer import pip_install
from pygent.testing.small_target import write_small_target
from tests.support.runs import wait_until

PROGRAM = str(Path(sysconfig.get_path("scripts"), "pygent"))
ROOMS = [
    "agent",
    "archive",
    "benchmarks",
    "evolution",
    "gateway",
    "interfaces",
    "prompts",
    "sandbox",
    "target_modules",
]
OPTIONS = {"proposer": "mutate", "evaluations": 3, "seed": 1, "sandbox": "bubblewrap"}

pytestmark = pytest.mark.bubblewrap


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The current folder, with a module of every name that Python, a package here or our rooms have.

    A module that runs leaves its name behind.
    """
    place, mark = tmp_path / "hostile", tmp_path / "ran"
    place.mkdir()
    names = {*sys.stdlib_module_names, *packages_distributions(), *ROOMS}
    names |= {"pygent", "sitecustomize", "usercustomize"}
    for name in names:
        (place / f"{name}.py").write_text(f"open({str(mark)!r}, 'a').write({name!r} + ' ')\n")
    monkeypatch.chdir(place)
    yield place
    assert not mark.exists(), f"it ran {mark.read_text()}"


def in_the_end(home: Path, run: str) -> str:
    with ArchiveStore.open(home, read_only=True) as archive:
        wait_until(lambda: archive.runs.get(run).state == "finished")
        return archive.runs.get(run).state


def options() -> list[str]:
    return [word for name, value in OPTIONS.items() for word in (f"--{name}", str(value))]


@pytest.mark.parametrize("program", [[PROGRAM], [sys.executable, "-m", "pygent"]], ids=["script", "module"])
def test_a_run_in_the_background(folder: Path, tmp_path: Path, program: list[str]) -> None:
    if program[-1] == "pygent":  # Python looks for `pygent` itself here, before anything of ours can run
        (folder / "pygent.py").unlink()
        for name in sys.stdlib_module_names:
            (folder / f"{name}.py").unlink(missing_ok=True)  # and `-m` imports from the library
    home = tmp_path / "home"
    words = [
        *program,
        "--home",
        str(home),
        "evolve",
        str(write_small_target(tmp_path / "target")),
        *options(),
    ]
    done = subprocess.run([*words, "--detach", "--json"], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert in_the_end(home, json.loads(done.stdout)["run"]) == "finished"


def test_a_run_with_a_relative_pythonpath(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTHONPATH", f".{os.pathsep}{os.pathsep}../{folder.name}")
    home, target = tmp_path / "home", write_small_target(tmp_path / "target")
    with ArchiveStore.open(home, create=True) as archive:
        launched = background_runs.start(archive, home, load_config(None, **OPTIONS, target=str(target)))
    assert launched.until_up()
    assert launched.process.wait(timeout=300) == 0, launched.last_words()


def test_a_run_that_an_mcp_client_starts(folder: Path, tmp_path: Path) -> None:
    home, target = tmp_path / "home", write_small_target(tmp_path / "target")

    async def started() -> dict[str, Any]:
        command = StdioServerParameters(command=PROGRAM, args=["--home", str(home), "mcp", "serve"])
        async with Client(command) as client:
            found = await client.call_tool("start_run", {**OPTIONS, "target": str(target), "wait": True})
            assert not found.is_error, found.content
            assert found.structured_content is not None
            return found.structured_content

    assert asyncio.run(started())["state"] == "finished"


def test_what_installs_packages(folder: Path, tmp_path: Path) -> None:
    command, environment = pip_install(tmp_path / "none")
    done = subprocess.run([*command, "--help"], env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "install" in done.stdout


def test_the_server_of_the_local_model(folder: Path, tmp_path: Path) -> None:
    serving = Path(model_server.__file__).with_name("server_program.py")
    (tmp_path / "packages").mkdir()  # without the runtime, so that it ends at its import
    command = child_python.command(str(serving), str(tmp_path / "packages"), "model.gguf")
    done = subprocess.run(
        command, env=child_python.environment(), input="key\n", capture_output=True, text=True, check=False
    )
    assert "No module named 'xllamacpp'" in done.stderr


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        (None, None),
        ("", None),
        (".", None),
        (f"{os.pathsep}/a{os.pathsep}b{os.pathsep}/c", f"/a{os.pathsep}/c"),
    ],
)
def test_only_absolute_entries_of_pythonpath_are_passed_on(
    given: str | None, kept: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("PYTHONPATH", raising=False)
    if given is not None:
        monkeypatch.setenv("PYTHONPATH", given)
    assert child_python.environment().get("PYTHONPATH") == kept


@pytest.mark.parametrize("name", ["typing", "json", "archive", "rich"])
def test_python_m_pygent_imports_nothing_of_the_folder(tmp_path: Path, name: str) -> None:
    """Not of what `-m` itself imports, which only `-P` protects."""
    (tmp_path / f"{name}.py").write_text("raise SystemExit('a file of the folder was imported')")
    words = [sys.executable, "-m", "pygent", "doctor", "--help"]
    done = subprocess.run(words, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
