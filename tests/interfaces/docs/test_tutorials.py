"""What the tutorials give to paste does what they say."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from pygent.sandbox.backends.local import LocalSandbox
from tests.support.cli import pygent
from tests.support.docs import DOCS


def write_files(page: str, folder: Path) -> None:
    """The page's files: each is a block of code below a line that ends in its path in backticks."""
    text = (DOCS / page).read_text()
    files = re.findall(
        r"`([\w./]+\.\w+)`[^`\n]*(?:\n[^`\n]+)?:?\n\n```\w+\n(.*?)^```", text, re.DOTALL | re.MULTILINE
    )
    assert files, f"{page}: no files"
    for path, content in files:
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(content)


@pytest.fixture
def local(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder to work in, with a sandbox that protects nothing: the programs are the page's own."""
    monkeypatch.setattr("pygent.sandbox.backends.select.open_sandbox", lambda *args, **kwargs: LocalSandbox())
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_the_function_of_the_tutorial_is_mended(local: Path) -> None:
    write_files("tutorial/own-function.md", local)
    made = pygent(
        *("targets", "init", "--module", "mylib/text.py", "--function", "slugify"),
        *("--cases", "cases.jsonl", "--out", "targets/slugify"),
    )
    assert "14 search cases, 6 held out" in made.out, made.err
    assert "6 of 14 passed, sealed" in pygent("targets", "check", "targets/slugify").out
    done = pygent("evolve", "targets/slugify", "--seed", 1, "--evaluations", 400, "--until", 1, "--json")
    best = done.json["best"]
    assert (best["score"], best["status"]) == (1, "champion"), done.err


def test_one_test_of_the_package_fails(local: Path) -> None:
    write_files("tutorial/own-package.md", local)
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider"],
        capture_output=True,
        text=True,
        cwd=local / "ranges",
    )
    assert "1 failed, 10 passed" in done.stdout


def test_the_grader_of_the_guide_grades(local: Path) -> None:
    write_files("how-to/grader.md", local)
    assert pygent("trust", "knapsack").code == 0
    checked = pygent("targets", "check", "knapsack")
    assert "knapsack: usable" in checked.out, checked.err
