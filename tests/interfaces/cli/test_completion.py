"""Shells complete ids: asked as bash, zsh and fish ask, and once by a real bash."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.interfaces.conftest import Finished

PYGENT = Path(sys.executable).parent / "pygent"


def completed(shell: str, home: Path, *words: str) -> str:
    line = ["pygent", "--home", str(home), *words]
    environment = {**os.environ, "_PYGENT_COMPLETE": f"complete_{shell}"}
    if shell == "bash":
        environment |= {"COMP_WORDS": "\n".join(line), "COMP_CWORD": str(len(line) - 1)}
    else:
        environment |= {"_TYPER_COMPLETE_ARGS": " ".join(line), "_TYPER_COMPLETE_FISH_ACTION": "get-args"}
    done = subprocess.run([PYGENT], env=environment, capture_output=True, text=True, check=False)
    assert done.stderr == ""
    return done.stdout


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_ids_of_runs_and_variants_are_completed(finished: Finished, shell: str) -> None:
    run = finished.summary["run"]
    assert run in completed(shell, finished.home, "status", run[:2])
    assert finished.best in completed(shell, finished.home, "apply", finished.best[:3])
    assert finished.best in completed(shell, finished.home, "archive", "show", finished.best[:3])
    assert "text_distance" in completed(shell, finished.home, "evolve", "text_d")
    assert run not in completed(shell, finished.home, "watch", "no such beginning")


def test_where_there_is_no_archive_nothing_is_completed_and_nothing_is_said(tmp_path: Path) -> None:
    assert completed("bash", tmp_path / "nowhere", "status", "").strip() == ""
    assert not (tmp_path / "nowhere").exists()


def test_a_real_bash_completes_an_id(finished: Finished) -> None:
    bash = shutil.which("bash")
    assert bash is not None
    shown = subprocess.run(
        [PYGENT, "--show-completion", "bash"], capture_output=True, text=True, check=True, env={**os.environ}
    ).stdout
    run = finished.summary["run"]
    script = f"""
{shown}
COMP_WORDS=(pygent --home "{finished.home}" status {run[:2]})
COMP_CWORD=4
_pygent_completion pygent
printf '%s\\n' "${{COMPREPLY[@]}}"
"""
    path = f"{PYGENT.parent}:{os.environ['PATH']}"
    done = subprocess.run(
        [bash, "-c", script], capture_output=True, text=True, env={**os.environ, "PATH": path}, check=False
    )
    assert run in done.stdout.split(), done.stderr
