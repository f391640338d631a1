"""The bundled tasks: none is solved as it is given, each is by its solution, and none gives itself away."""

from __future__ import annotations

from collections import Counter

import pytest

from pygent.benchmarks.results import Evaluation, EvaluationContext, Trust
from pygent.benchmarks.suites.suite_registry import suite_for
from pygent.benchmarks.tasks.catalog import Task, tasks_of
from pygent.sandbox.api import Isolation, Sandbox
from pygent.target_modules.patch.model.editable import Editable
from pygent.target_modules.patch.model.tree import Tree
from pygent.target_modules.spec.target_registry import find_target

AGENT = find_target("coding_agent")
TASKS = tasks_of(AGENT.root / str(AGENT.manifest.suite.tasks))


def judged(task: Task, tree: Tree, sandbox: Sandbox) -> Evaluation:
    bench = EvaluationContext(sandbox, Isolation.PROCESS, seed=1, baseline=task.target.tree())
    return suite_for(task.target).evaluate(tree, bench)


def solution_of(task: Task) -> dict[str, str]:
    folder = task.target.root / "solution"
    return {path.relative_to(folder).as_posix(): path.read_text() for path in folder.rglob("*.py")}


def test_there_are_enough_of_each_size_and_kind_and_a_third_is_held_out() -> None:
    entries = [task.entry for task in TASKS]
    assert len(entries) >= 20
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
    assert all(editable.touches(path) for path in solution_of(task))
    assert any(text != job.files.get(path) for path, text in solution_of(task).items())


@pytest.mark.engine
@pytest.mark.parametrize("task", TASKS, ids=lambda task: task.entry.name)
def test_a_task_is_not_solved_as_given_and_is_by_its_solution(task: Task, docker_sandbox: Sandbox) -> None:
    given = judged(task, task.target.tree(), docker_sandbox)
    assert not (given.graded and given.passed == given.total)
    solved = judged(task, Tree({**task.target.tree().files, **solution_of(task)}), docker_sandbox)
    assert (solved.reason, solved.graded, solved.passed) == ("", True, solved.total)
    assert solved.trust is Trust.SEALED
