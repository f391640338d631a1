"""The bundled tasks: none is solved as given or by half, each is by its solution, none gives itself away."""

from __future__ import annotations

from collections import Counter

import pytest

from pygent.benchmarks.results import Evaluation, EvaluationContext, Suite, Trust
from pygent.benchmarks.suites.suite_registry import suite_for
from pygent.benchmarks.tasks.catalog import Task, tasks_of
from pygent.sandbox.api import Isolation, Sandbox
from pygent.sandbox.backends.local import LocalSandbox
from pygent.target_modules.patch.model.editable import Editable
from pygent.target_modules.patch.model.tree import Tree
from pygent.target_modules.spec.target_registry import find_target

AGENT = find_target("coding_agent")
TASKS = tasks_of(AGENT.root / str(AGENT.manifest.suite.tasks))


HARD = [task for task in TASKS if (task.target.root / "half").is_dir()]


def written(task: Task, folder: str) -> dict[str, str]:
    """The files of `solution` or `half`, byte for byte."""
    root = task.target.root / folder
    return {path.relative_to(root).as_posix(): path.read_bytes().decode() for path in root.rglob("*.py")}


def judged(task: Task, suite: Suite, sandbox: Sandbox, folder: str = "") -> Evaluation:
    bench = EvaluationContext(sandbox, Isolation.PROCESS, seed=1, baseline=task.target.tree())
    files = {**task.target.tree().files, **(written(task, folder) if folder else {})}
    return suite.evaluate(Tree(files), bench)


def assert_only_the_solution_solves(task: Task, sandbox: Sandbox) -> Evaluation:
    suite = suite_for(task.target)
    for folder in ("", "half") if task in HARD else ("",):
        found = judged(task, suite, sandbox, folder)
        assert not (found.graded and found.passed == found.total), folder
    solved = judged(task, suite, sandbox, "solution")
    assert (solved.reason, solved.graded, solved.passed) == ("", True, solved.total)
    return solved


def test_there_are_enough_of_each_size_and_kind_and_a_third_is_held_out() -> None:
    entries = [task.entry for task in TASKS]
    assert len(entries) >= 30
    assert Counter(task.entry.split for task in HARD) == {"search": 8, "held_out": 4}
    assert {size: count >= 4 for size, count in Counter(one.size for one in entries).items()} == {
        "small": True, "medium": True, "large": True
    }  # fmt: skip
    for split in ("search", "held_out"):
        kinds = {one.kind for one in entries if one.split == split}
        assert kinds >= {"bug", "refactoring", "speed"}
    assert "feature" in {one.kind for one in entries}
    held_out = sum(one.split == "held_out" for one in entries)
    assert len(entries) / 3 == pytest.approx(held_out, abs=1)


@pytest.mark.parametrize("task", TASKS, ids=lambda task: task.entry.name)
def test_a_task_is_told_without_its_checks_and_its_solution_keeps_to_what_may_change(task: Task) -> None:
    job = task.job(1)
    assert len(job.instruction) > 80
    assert not any("check" in path or "solution" in path for path in job.files)
    editable = Editable.of(job.editable)
    for folder in ("solution", "half") if task in HARD else ("solution",):
        files = written(task, folder)
        assert all(editable.touches(path) for path in files)
        assert any(text != job.files.get(path) for path, text in files.items())


@pytest.mark.parametrize("task", HARD, ids=lambda task: task.entry.name)
def test_a_hard_task_is_solved_by_its_solution_only(task: Task, local_sandbox: LocalSandbox) -> None:
    assert_only_the_solution_solves(task, local_sandbox)


def test_windows_line_ends_and_tabs_reach_the_agent() -> None:
    (text,) = next(task for task in TASKS if task.entry.name == "header-folding").job(1).files.values()
    assert text.count("\r\n") == text.count("\n") > 100
    assert "\r\n\t\t" in text


@pytest.mark.engine
@pytest.mark.parametrize("task", TASKS, ids=lambda task: task.entry.name)
def test_a_task_is_not_solved_as_given_and_is_by_its_solution(task: Task, docker_sandbox: Sandbox) -> None:
    assert assert_only_the_solution_solves(task, docker_sandbox).trust is Trust.SEALED
