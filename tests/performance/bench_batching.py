"""A coding task in one answer and in one call an answer: tokens and answers, over all bundled tasks.

The player knows the solutions and plays both ways, so the figures are of the structure of a conversation: how
a model would play is not measured.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from statistics import mean
from typing import Any

from pygent.agent.__main__ import attempt
from pygent.agent.dialogue.brief import Brief
from pygent.agent.profile import load
from pygent.benchmarks.tasks.catalog import Task, tasks_of
from pygent.gateway.models.tokens import of_text
from pygent.target_modules.spec.target_registry import find_target

Call = tuple[str, dict[str, str]]
MOST = 7_500  # characters of a file in one command


def rows() -> Iterator[tuple[str, str]]:
    """(what, figure) for the table of `make bench`; takes about 15 seconds."""
    target = find_target("coding_agent")
    tasks = tasks_of(target.root / str(target.manifest.suite.tasks), ours=True)
    for way, at_once in (("one call an answer", False), ("edits, check and finish in one answer", True)):
        played = [_played(task, at_once) for task in tasks]
        what = f"{len(tasks)} coding tasks, {way}: tokens, answers and calls of a task"
        tokens, answers, calls = (mean(figures) for figures in zip(*played, strict=True))
        yield what, f"{tokens:,.0f}, {answers:.1f} and {calls:.1f}"


def _played(task: Task, at_once: bool) -> tuple[int, int, int]:
    """Tokens, answers and calls of a task that is solved."""
    job = task.job(seed=1)
    moves = _moves(task)
    player = _Player([moves] if at_once else [[move] for move in moves])
    brief = Brief(job.name, job.instruction, "", job.files, job.editable, "Tests decide.", None, None)
    told = {"brief": asdict(brief), "profile": load("task").plain(), "mcp_tools": []}
    done = attempt(player, told)
    solution = {path: text for path, text in _solution(task).items() if path in done["files"]}
    assert done["reason"] == ""
    assert {path: done["files"][path] for path in solution} == solution
    return player.tokens, player.answered, done["steps"]


@dataclass
class _Player:
    """Plays the moves, one list of calls an answer. Tokens are counted upwards, schemas included."""

    moves: list[list[Call]]
    answered: int = 0
    tokens: int = 0

    def __call__(self, question: Any) -> dict[str, Any]:
        sent = json.dumps([question["messages"], question["tools"]], ensure_ascii=False)
        calls = [
            [f"c{self.answered}-{number}", name, json.dumps(arguments)]
            for number, (name, arguments) in enumerate(self.moves[self.answered])
        ]
        self.answered += 1
        self.tokens += of_text(sent) + of_text(json.dumps(calls))
        return {"text": "", "calls": calls, "cut_off": False}


def _moves(task: Task) -> list[Call]:
    """Write each file of the solution, check that all of them compile, and finish."""
    written: list[Call] = [
        ("shell", {"command": f"cat {'>>' if number else '>'} {path} <<'END_OF_FILE'\n{part}END_OF_FILE"})
        for path, text in _solution(task).items()
        for number, part in enumerate(_parts(text))
    ]
    check = {"command": f"python3 -m py_compile {' '.join(_solution(task))}"}
    return [*written, ("shell", check), ("finish", {"note": "as the instruction says"})]


def _parts(text: str) -> Iterator[str]:
    """Whole lines, as many as one command may hold."""
    part = ""
    for row in text.splitlines(keepends=True):
        if part and len(part) + len(row) > MOST:
            yield part
            part = ""
        part += row
    yield part


def _solution(task: Task) -> dict[str, str]:
    folder = task.target.root / "solution"
    return {
        path.relative_to(folder).as_posix(): path.read_bytes().decode()
        for path in sorted(folder.rglob("*.py"))
    }
