"""Coding tasks of one line each, and a solver without a model: what an agent can do stands in its code."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

from pygent.benchmarks.results import Job, Solved
from pygent.target_modules.importers.task_target import write_agent
from pygent.target_modules.patch.model.tree import Tree
from pygent.target_modules.spec.manifest import Target

CHECK = """
def check_squares(candidate):
    assert candidate(3) == 9, "nine is expected"


def check_zero(candidate):
    assert candidate(0) == 0
"""
STUB = "from given import OFFSET\n\n\ndef square(x):\n    return x + OFFSET\n"
RIGHT = "def square(x):\n    return x * x\n"
MANIFEST = """\
name = "{name}"
goal = "Let square() in code.py give the square: it is {name}."
files = ["*.py"]
editable = ["code.py"]
entry = "code:square"
suite = {{ kind = "check", check = "check.py" }}
objectives = [{{ metric = "passed", direction = "max" }}]
limits = {{ load_seconds = 2, call_seconds = 2, total_seconds = 5 }}
"""
MARK = "# solves: "


def write_tasks(root: Path, split: Mapping[str, str]) -> Target:
    """A coding agent that is measured by tasks of these names, each with its split."""
    index = ""
    for name, where in split.items():
        folder = root / "tasks" / name
        (folder / "src").mkdir(parents=True)
        (folder / "src" / "code.py").write_text(STUB)
        (folder / "src" / "given.py").write_text("OFFSET = 1\n")
        (folder / "check.py").write_text(CHECK)
        (folder / "target.toml").write_text(MANIFEST.format(name=name))
        index += f'[[task]]\nname = "{name}"\nsize = "small"\nkind = "bug"\nsplit = "{where}"\n'
    (root / "tasks" / "tasks.toml").write_text(index)
    return write_agent(root, "squares")


def that_solves(target: Target, *names: str) -> Tree:
    """A variant of the agent that can do these tasks."""
    tree = target.tree()
    path = "agent/tools/view.py"
    return tree.with_file(path, f"{tree[path]}\n{MARK}{' '.join(names)}\n")


class MarkedSolver:
    """Solves what the variant's mark says. `answers` replace what comes of a task, by its name."""

    def __init__(self, answers: Mapping[str, Solved] | None = None, tokens: int = 1000) -> None:
        self.jobs: list[Job] = []
        self._answers = answers or {}
        self._tokens = tokens

    def solve(self, agent: Tree, job: Job) -> Solved:
        self.jobs.append(job)
        if job.name in self._answers:
            return self._answers[job.name]
        found = re.search(f"{MARK}(.*)", agent["agent/tools/view.py"])
        if found is not None and job.name in found[1].split():
            return Solved({**job.files, "code.py": RIGHT}, self._tokens, 3)
        trace = ("called search({'pattern': 'square'})", "got: no line matches")
        return Solved(job.files, self._tokens, 5, "gave up: nothing found", trace)
