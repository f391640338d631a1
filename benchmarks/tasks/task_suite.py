"""Suites of coding tasks: a variant of the agent solves them; each is graded in separate, fresh boxes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from pygent.benchmarks.results import Evaluation, EvaluationContext, PairedSamples, Split, Suite
from pygent.benchmarks.statistics.no_worse import MOST_REPEATS
from pygent.benchmarks.suites.paired import Boxes, PairedComparison, Side, differences_of
from pygent.benchmarks.suites.stage_runner import Batch, StageRunner
from pygent.benchmarks.suites.suite_registry import suite_for
from pygent.benchmarks.suites.tree_execution import derived, spec_for
from pygent.benchmarks.suites.words import bounded
from pygent.benchmarks.tasks.attempts import TaskAttempt, words_of
from pygent.benchmarks.tasks.catalog import Task, tasks_of
from pygent.benchmarks.tasks.trial import trial
from pygent.prompts.quote import line
from pygent.sandbox.api import Isolation
from pygent.target_modules.patch.model.editable import Editable
from pygent.target_modules.patch.model.tree import Tree
from pygent.target_modules.spec.manifest import Target, TargetError

SOLVED, MERIT = "solved", "merit"
ROUNDS = 8  # rounds of a comparison, each with every task once

# A solved task is worth 1, less at most a fiftieth for tokens and at most a five-thousandth for steps. So
# solved tasks decide first, then tokens, then steps, in one figure whose paired differences can be tested.
TOKENS_SHARE, TOKENS_FULL = 0.02, 100_000
STEPS_SHARE, STEPS_FULL = 0.0002, 100


class TasksSuite(Suite):
    """Measures agents: `merit`, `solved` (share of the tasks), `tokens` and `steps` (means over tasks)."""

    exhaustive = False
    needs_solver = True
    faults = SOLVED

    def __init__(self, target: Target) -> None:
        self._target = target
        found = _tasks_of(target)
        self._tasks: dict[Split, list[Task]] = {
            "search": [task for task in found if task.entry.split == "search"],
            "held_out": [task for task in found if task.entry.split == "held_out"],
        }
        for split, tasks in self._tasks.items():
            if not tasks:
                raise TargetError(f"{target.root / 'target.toml'}: suite.tasks: no {split} tasks")

    @staticmethod
    def most_jobs(target: Target) -> int:
        """All tasks once, both sides of every round of a comparison, and of a fault that is tried again."""
        again = 0 if target.manifest.suite.mends is None else 2 * MOST_REPEATS
        return sum(task.entry.split == "search" for task in _tasks_of(target)) * (1 + 2 * ROUNDS) + again

    def evaluate(self, tree: Tree, bench: EvaluationContext, split: Split = "search") -> Evaluation:
        tasks = self._tasks[split]
        attempts: list[TaskAttempt] = []

        def measure(start: int, stop: int, calls: int | None) -> Batch:
            if start == 0:
                wrong, violation = self._trial(tree, bench)
                if wrong:
                    return Batch({}, 0, stop, (wrong,), wrong, violation=violation)
            batch = Batch({}, 0, 0)
            for task in tasks[start:stop]:
                seed = derived(bench.seed, "task", task.entry.name)
                attempts.append(self._attempted(tree, task, seed, bench))
                batch += _batch(attempts[-1])
            return batch

        found = StageRunner(self._target, tree, bench, split, len(tasks), measure).evaluate()
        if not attempts or split == "held_out":
            return found
        return replace(found, words=bounded(words_of(attempts, len(tasks))))

    def fault_name(self, number: int) -> str:
        return f"task {self._tasks['search'][number].entry.name}"

    def passes(self, tree: Tree, number: int, bench: EvaluationContext, repeat: int) -> bool:
        task = self._tasks["search"][number]
        seed = derived(bench.seed, "again", task.entry.name, str(repeat))
        return self._done(tree, task, seed, bench).passed == 1

    def compare(
        self, candidate: Tree, reference: Tree, bench: EvaluationContext, split: Split = "search"
    ) -> Iterator[PairedSamples]:
        """Every task once per round, by both agents, with the round's seed: one pair per task."""

        def measure(side: Side, given: tuple[Task, int]) -> Batch:
            task, round_ = given
            seed = derived(bench.seed, "compare", split, task.entry.name, str(round_))
            return self._done(side.tree, task, seed, bench)

        boxes = Boxes(bench, spec_for(self._target))  # never opened: an agent works in a box of the solver
        comparison = PairedComparison((candidate, reference), boxes, measure, differences_of(MERIT))
        tasks = self._tasks[split]
        return comparison.run([(task, round_) for task in tasks] for round_ in range(ROUNDS))

    def _trial(self, tree: Tree, bench: EvaluationContext) -> tuple[str, bool]:
        with bench.sandbox.box(spec_for(self._target), bench.isolation) as box:
            return trial(tree, box)

    def _done(self, agent: Tree, task: Task, seed: int, bench: EvaluationContext) -> Batch:
        return _batch(self._attempted(agent, task, seed, bench))

    def _attempted(self, agent: Tree, task: Task, seed: int, bench: EvaluationContext) -> TaskAttempt:
        """Let an agent do a task, and judge the result."""
        if bench.solver is None:
            raise TargetError(
                f"{self._target.name}: its tasks need a model that agents can ask: "
                "`pygent evolve` with --model measures it"
            )
        job = task.job(seed)
        solved = bench.solver.solve(agent, job)
        editable = Editable.of(job.editable)
        kept = {path: text for path, text in solved.files.items() if editable.touches(path)}
        tree = Tree({**job.files, **kept})
        verdict = self._graded(task, tree, seed, bench) if tree.files != job.files else "nothing was changed"
        return TaskAttempt(task.entry, verdict, solved)

    def _graded(self, task: Task, tree: Tree, seed: int, bench: EvaluationContext) -> str:
        """Why the task is not solved, or ''; never says what was expected."""
        fresh = replace(bench, isolation=Isolation.CONTAINER, seed=seed, baseline=task.target.tree())
        found = suite_for(task.target).evaluate(tree, fresh, "search")
        if not found.graded:
            return f"not graded: {line(found.reason, 120)}"
        return (
            ""
            if found.passed == found.total
            else f"hidden tests failed: {found.total - found.passed} of {found.total}"
        )


def _tasks_of(target: Target) -> list[Task]:
    return tasks_of(target.root / str(target.manifest.suite.tasks), ours=target.ours)


def _batch(attempt: TaskAttempt) -> Batch:
    mark = 0.0 if attempt.verdict else 1.0
    tokens, steps = attempt.work.tokens, attempt.work.steps
    merit = mark * (
        1 - TOKENS_SHARE * min(1.0, tokens / TOKENS_FULL) - STEPS_SHARE * min(1.0, steps / STEPS_FULL)
    )
    samples = {MERIT: [merit], SOLVED: [mark], "tokens": [float(tokens)], "steps": [float(steps)]}
    return Batch(samples, int(mark), 1, (attempt.failure,) if attempt.verdict else ())
