"""Suites whose trusted grader reads the outputs and measures how good they are."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import chain, count, repeat

from pygent.benchmarks.learned_limits import call_limit
from pygent.benchmarks.results import Evaluation, EvaluationContext, PairedSamples, Split, Suite
from pygent.benchmarks.statistics.sequential_test import MOST_REPEATS
from pygent.benchmarks.suites.grader import Grader, InvalidAnswerError
from pygent.benchmarks.suites.paired import Boxes, PairedComparison, differences_of
from pygent.benchmarks.suites.problems import Graded, Problem
from pygent.benchmarks.suites.stage_runner import (
    EMPTY,
    Batch,
    StageRunner,
    seconds_of,
    slowest_of,
    static_difference,
)
from pygent.benchmarks.suites.tree_execution import derived, program_for, spec_for, trouble
from pygent.benchmarks.suites.words import Masks, told
from pygent.prompts.quote import line
from pygent.sandbox.api import Box, Call
from pygent.target_modules.patch.model.tree import Tree
from pygent.target_modules.spec.manifest import Target, TargetError

MOST_PROBLEMS = 32  # problems of a comparison; the acceptor usually stops earlier


class ObjectiveSuite(Suite):
    """Measures with one child per problem. Raises `TargetError` if the grader lacks `problems` or `grade`.

    A trial stage has separate problems, so that no tree sees the start of a problem twice.
    """

    shows_inputs = True
    tells_entry = False

    def __init__(self, target: Target) -> None:
        table = target.manifest.suite
        assert table.grader is not None  # the manifest sees to it
        self._target = target
        self._grader = Grader(target, ("problems", "grade"))
        self._counts: dict[Split, int] = {
            "search": table.count,
            "held_out": table.held_out_count or table.count,
        }
        self.exhaustive = not table.sampled
        self._draw = lru_cache(maxsize=4)(self._drawn)
        self._masks = lru_cache(maxsize=2)(self._masks_of)

    @staticmethod
    def visible_inputs(target: Target, seed: int, count: int) -> list[Call]:
        problems = Grader(target, ("problems", "grade")).problems(seed, "search", 1)
        return [call for problem in problems for call in problem.calls][:count]

    def evaluate(self, tree: Tree, bench: EvaluationContext, split: Split = "search") -> Evaluation:
        problems = self._draw(bench.seed, split)
        limit = call_limit(self._target, bench.baseline_found())
        with bench.sandbox.box(spec_for(self._target, limit=limit), bench.isolation) as box:

            def measure(start: int, stop: int, calls: int | None) -> Batch:
                batch = EMPTY
                asked = problems if calls is None else self._draw(derived(bench.seed, "trial"), split)
                for number in range(start, stop):
                    batch += self._graded(box, tree, asked[number], number, calls)
                    if batch.reason:
                        break
                return batch

            found = StageRunner(self._target, tree, bench, split, len(problems), measure).evaluate()
        return told(found, self._grader.words_about_all, lambda: self._masks(bench.seed))

    def compare(
        self, candidate: Tree, reference: Tree, bench: EvaluationContext, split: Split = "search"
    ) -> Iterator[PairedSamples]:
        """Batches of 1, 1, 2, 4, ... fresh problems, each of them a pair.

        If the task is not sampled, all its problems are used over and over.
        """
        comparison = PairedComparison[tuple[int, Problem]](
            (candidate, reference),
            Boxes(bench, spec_for(self._target, limit=call_limit(self._target, bench.baseline_found()))),
            lambda side, given: self._graded(side.box, side.tree, given[1], given[0]),
            self._differences,
            static_difference(self._target, candidate, reference),
        )
        return comparison.run(map(enumerate, self._batches(candidate, reference, bench, split)))

    def _batches(
        self, candidate: Tree, reference: Tree, bench: EvaluationContext, split: Split
    ) -> Iterator[list[Problem]]:
        if self.exhaustive:
            yield from repeat(self._draw(bench.seed, split), MOST_REPEATS)
            return
        taken = 0
        for number, size in enumerate(chain((1,), (2**power for power in count()))):
            if taken >= MOST_PROBLEMS:
                return
            seed = derived(bench.seed, "compare", split, candidate.id, reference.id, str(number))
            yield self._grader.problems(seed, split, size)
            taken += size

    def _drawn(self, seed: int, split: Split) -> list[Problem]:
        return self._grader.problems(seed, split, self._counts[split])

    def _masks_of(self, seed: int) -> Masks:
        """The masks of all problems that an evaluation with this seed shows."""
        trial = any(stage.calls is not None for stage in self._target.manifest.suite.stages)
        seeds = [seed, derived(seed, "trial")] if trial else [seed]
        return _masks([problem for one in seeds for problem in self._draw(one, "search")])

    def _graded(self, box: Box, tree: Tree, problem: Problem, number: int, most: int | None = None) -> Batch:
        calls = problem.calls[:most]
        execution = box.run(program_for(self._target, tree), calls)
        reason = trouble(execution, len(calls))
        graded = Graded({})
        if not reason:
            try:
                graded = self._grader.grade(problem, [reply.value for reply in execution.replies])
            except InvalidAnswerError as error:
                reason = f"invalid answer: {line(_masks([problem])(str(error)))}"
        if reason:
            reason = f"problem {number}: {reason}"
            return Batch({}, 0, 1, (reason,), reason, execution.output, execution.violated)
        words = (f"problem {number}: {graded.words}",) if graded.words.strip() else ()
        seconds = seconds_of(execution)
        return Batch(
            graded.metrics,
            1,
            1,
            output=execution.output,
            words=words,
            call_seconds=seconds,
            slowest_right=slowest_of(execution),
        )

    def _differences(self, candidate: Batch, reference: Batch) -> list[float]:
        metric, sign = self._target.primary.metric, self._target.fitness(1.0)
        try:
            return differences_of(metric, sign, together=True)(candidate, reference)
        except (KeyError, ValueError):  # no samples, or another number of them
            raise TargetError(
                f"{self._target.root}: the grader must give {metric} the same samples every time"
            ) from None


def _masks(problems: Sequence[Problem]) -> Masks:
    """The facts of problems are, or hold, what their answers are compared with."""
    return Masks((problem.facts, problem.calls) for problem in problems if problem.facts is not None)
