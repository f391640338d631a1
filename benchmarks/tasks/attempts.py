"""What came of the tasks, in words for the agent that is to do better: failed, dear and clumsy attempts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

from pygent.benchmarks.results import Solved
from pygent.benchmarks.tasks.catalog import TaskEntry
from pygent.prompts.quote import line

TRACE = 12  # lines of an agent's actions in a failed task
CALLS = 5  # last calls of a dear attempt
DEAR = 2  # times the median of the solved tasks
TOLD = 2  # dear attempts that are told, and clumsy ones: all together fit into a prompt's section
_CALLED, _GOT, _FAILED = "called ", "got: ", "Not done"  # how a trace shows calls and results


@dataclass(frozen=True)
class TaskAttempt:
    """An agent's attempt at a task. `verdict` says why the task is not solved; it is '' if it is."""

    task: TaskEntry
    verdict: str
    work: Solved

    @property
    def failure(self) -> str:
        """The task, the verdict, why the work ended, and the last steps: never what was expected."""
        ended = f"; it ended: {line(self.work.reason, 120)}" if self.work.reason else ""
        did = " | ".join(line(row, 120) for row in self.work.trace[-TRACE:])
        return f"{self._task}: {self.verdict}{ended}; what it did: {did or 'nothing'}"

    @property
    def refused(self) -> list[str]:
        """The results of calls that failed."""
        results = [row.removeprefix(_GOT) for row in self.work.trace if row.startswith(_GOT)]
        return [result for result in results if result.startswith(_FAILED)]

    def is_dear(self, tokens: float, steps: float) -> bool:
        return self.work.tokens > DEAR * tokens or self.work.steps > DEAR * steps

    def dear(self, tokens: float, steps: float) -> str:
        """The cost beside the medians, and the last calls without their results."""
        calls = [row.removeprefix(_CALLED) for row in self.work.trace if row.startswith(_CALLED)]
        did = ", ".join(line(call, 40) for call in calls[-CALLS:])
        return (
            f"{self._task}: solved, but it took {self.work.tokens} tokens and {self.work.steps} steps "
            f"(medians of the solved tasks: {tokens:.0f} and {steps:.0f}); last calls: {did or 'none'}"
        )

    @property
    def clumsy(self) -> str:
        number = len(self.refused)
        calls = "1 call" if number == 1 else f"{number} calls"
        return f"{self._task}: solved, but {calls} failed on the way; the first: {line(self.refused[0], 120)}"

    @property
    def _task(self) -> str:
        return f"task {self.task.name} ({self.task.size} {self.task.kind})"


def words_of(attempts: Sequence[TaskAttempt], visible: int) -> tuple[str, ...]:
    """How many of the `visible` tasks are solved, and which of these were dear or clumsy, the worst first."""
    solved = [one for one in attempts if not one.verdict]
    if len(solved) == visible:
        whole = (
            f"All {visible} visible tasks are solved: only fewer tokens, then fewer steps, raise the score."
        )
    else:
        tried = "" if len(attempts) == visible else f"; only {len(attempts)} were tried"
        whole = f"{len(solved)} of {visible} visible tasks are solved{tried}."
    if not solved:
        return (whole,)
    tokens = median(one.work.tokens for one in solved)
    steps = median(one.work.steps for one in solved)
    dear = sorted((one for one in solved if one.is_dear(tokens, steps)), key=lambda one: -one.work.tokens)[
        :TOLD
    ]
    clumsy = sorted(
        (one for one in solved if one.refused and one not in dear), key=lambda one: -len(one.refused)
    )
    return (whole, *(one.dear(tokens, steps) for one in dear), *(one.clumsy for one in clumsy[:TOLD]))
