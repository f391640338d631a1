"""A package in somebody's repository becomes a target by one command."""

from __future__ import annotations

from pathlib import Path

import pytest

from pygent.target_modules.spec.manifest import load
from tests.support.cli import pygent
from tests.support.small_package import write_repository


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    return write_repository(tmp_path / "repository")


def test_a_repository_becomes_a_target_whose_tests_are_counted(
    repository: Path, tmp_path: Path, local: None
) -> None:
    out = tmp_path / "target"
    before = sorted(repository.rglob("*"))
    made = pygent("targets", "init", "--repo", repository, "--editable", "src/agent/core.py", "--out", out)
    assert made.code == 0, made.err
    assert "2 files in the tree, imported from src" in made.out
    assert "sealed" in made.out
    assert {path.name for path in out.iterdir()} == {"target.toml", "tests.json"}
    target = load(out)
    assert target.source == repository
    assert (target.manifest.suite.kind, target.primary.metric) == ("pytest", "passed")
    assert sorted(repository.rglob("*")) == before


def test_tests_that_cannot_be_collected_leave_nothing_behind(
    repository: Path, tmp_path: Path, local: None
) -> None:
    (repository / "tests" / "test_core.py").write_text("import no_such_module_at_all\n")
    out = tmp_path / "target"
    made = pygent("targets", "init", "--repo", repository, "--editable", "src/agent/core.py", "--out", out)
    assert made.code == 2
    assert f"{out / 'target.toml'}: suite.tests: tests cannot be collected" in made.err
    assert made.err.count("\n") == 1
    assert [path.name for path in tmp_path.iterdir()] == ["repository"]


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--editable", "src/agent/core.py", "--module", "m.py"], "--module"),
        ([], "--editable"),
        (["--editable", "src/agent/cor.py"], "did you mean src/agent/core.py"),
        (["--editable", "src/agent/core.py", "--tests", "testing"], "no such file or folder: testing"),
    ],
)
def test_what_is_asked_wrongly_is_told_before_anything_runs(
    repository: Path, tmp_path: Path, options: list[str], words: str
) -> None:
    made = pygent("targets", "init", "--repo", repository, *options, "--out", tmp_path / "target")
    assert made.code == 2
    assert words in made.err
    assert made.err.count("\n") == 1
    assert [path.name for path in tmp_path.iterdir()] == ["repository"]
