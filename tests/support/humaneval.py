"""Many imported problems at once, with whatever bodies."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from pygent.benchmarks.results import Evaluation, EvaluationContext, Trust
from pygent.benchmarks.suites.suite_registry import suite_for
from pygent.sandbox.api import Isolation, Sandbox
from pygent.target_modules.importers.humaneval import SOURCE, HumanEvalProblem, problems, write_targets
from pygent.target_modules.patch.model.tree import Tree
from pygent.target_modules.spec.manifest import Target, load

WORKERS = 2


def imported(folder: Path) -> dict[str, tuple[HumanEvalProblem, Target]]:
    """All problems by task, each with its target, written below `folder`."""
    targets = [load(path) for path in write_targets(folder)]
    return {problem.task: (problem, target) for problem, target in zip(problems(), targets, strict=True)}


def sweep(tasks: Sequence[tuple[Target, str]], sandbox: Sandbox) -> list[Evaluation]:
    """Judge a source for each target, on two threads, in boxes that are used again."""

    def judged(item: tuple[Target, str]) -> Evaluation:
        target, source = item
        bench = EvaluationContext(sandbox, Isolation.PROCESS, seed=1, baseline=target.tree())
        return suite_for(target).evaluate(Tree({SOURCE: source}), bench)

    with ThreadPoolExecutor(WORKERS) as workers:
        return list(workers.map(judged, tasks))


def passing(found: list[Evaluation]) -> list[int]:
    """Which of them are right, all sealed."""
    assert all(one.trust is Trust.SEALED for one in found)
    return [number for number, one in enumerate(found) if one.graded and one.score == 1.0]


def is_right_by_the_package(problem: HumanEvalProblem, source: str) -> bool:
    """Whether a source passes as the package runs it: source, check and call in one namespace, in its own
    process. Only for sources of the package."""
    text = f"{source}\n{problem.check}\ncheck({problem.function})\n"
    done = subprocess.run([sys.executable, "-I", "-c", text], capture_output=True, timeout=20, check=False)
    return done.returncode == 0
