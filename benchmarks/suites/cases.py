"""Suites of calls with known answers; the metric is the share of cases that pass."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from functools import lru_cache
from itertools import repeat

from pygent.benchmarks.results import Evaluation, EvaluationContext, PairedSamples, Split, Suite
from pygent.benchmarks.statistics.sequential_test import MOST_REPEATS
from pygent.benchmarks.suites.case_source import CaseSource, masks_of, visible_cases
from pygent.benchmarks.suites.paired import Boxes, PairedComparison, differences_of
from pygent.benchmarks.suites.problems import Case
from pygent.benchmarks.suites.stage_runner import Batch, StageRunner, seconds_of, static_difference
from pygent.benchmarks.suites.tree_execution import called, derived, got, program_for, said, spec_for
from pygent.benchmarks.suites.words import told
from pygent.sandbox.api import Box, Execution, Outcome, Reply
from pygent.sandbox.runner.wire import equal
from pygent.target_modules.patch.model.tree import Tree
from pygent.target_modules.spec.manifest import Target

PASSED = "passed"
MOST_CHILDREN = 8  # children that an evaluation may lose before it gives up the tree
CALL_CHARS = 120  # of a call that failed
TOGETHER = 8  # drawn cases that one child answers in a comparison
MOST_CASES = 1024  # cases of a comparison over drawn cases


class CasesSuite(Suite):
    """Measures by cases: one child answers all; if a case ends it, a new one takes the rest.

    If `passed` is the primary objective, a wrong answer, an exception, a time-out or a crash is a failed
    case. Otherwise correctness is a gate: the first failure fails the tree.
    """

    shows_failures = True
    shows_inputs = True
    faults = PASSED
    visible_inputs = staticmethod(visible_cases)

    def __init__(self, target: Target) -> None:
        self._target = target
        self._cases = CaseSource(target)
        self._masks = lru_cache(maxsize=2)(lambda seed: masks_of(self._cases.of(seed, "search")))
        self._is_gate = target.primary.metric != PASSED
        self.exhaustive = not (self._cases.drawn and target.manifest.suite.sampled)

    def evaluate(self, tree: Tree, bench: EvaluationContext, split: Split = "search") -> Evaluation:
        cases = self._cases.of(bench.seed, split)
        with bench.sandbox.box(spec_for(self._target), bench.isolation) as box:

            def measure(start: int, stop: int, calls: int | None) -> Batch:
                found = self._measured(box, tree, cases[start:stop], start, self._cases.words_about_case)
                return self._with_calls(found, cases[start:stop]) if split == "search" else found

            found = StageRunner(self._target, tree, bench, split, len(cases), measure).evaluate()
        return told(found, self._cases.words_about_all, lambda: self._masks(bench.seed))

    def _with_calls(self, batch: Batch, cases: Sequence[Case]) -> Batch:
        """The failures with the calls that failed: a number alone tells nothing to who mends them."""
        failed = [case for case, passed in zip(cases, batch.samples[PASSED], strict=False) if not passed]
        entry = self._target.manifest.entry
        shown = zip(batch.failures, failed, strict=False)
        return replace(
            batch,
            failures=tuple(f"{failure}: {called(entry, case.call, CALL_CHARS)}" for failure, case in shown),
        )

    def passes(self, tree: Tree, number: int, bench: EvaluationContext, repeat: int) -> bool:
        case = self._cases.of(bench.seed, "search")[number]
        with bench.sandbox.box(spec_for(self._target), bench.isolation) as box:
            return self._measured(box, tree, [case], number).passed == 1

    def compare(
        self, candidate: Tree, reference: Tree, bench: EvaluationContext, split: Split = "search"
    ) -> Iterator[PairedSamples]:
        """Eight fresh cases make one pair; if the cases are the whole task, each is a pair, over and over."""
        comparison = PairedComparison[list[Case]](
            (candidate, reference),
            Boxes(bench, spec_for(self._target)),
            lambda side, cases: self._measured(side.box, side.tree, cases, 0),
            differences_of(PASSED, together=not self.exhaustive),
            static_difference(self._target, candidate, reference),
        )
        return comparison.run([cases] for cases in self._batches(candidate, reference, bench, split))

    def _batches(
        self, candidate: Tree, reference: Tree, bench: EvaluationContext, split: Split
    ) -> Iterator[list[Case]]:
        if self.exhaustive:
            yield from repeat(self._cases.of(bench.seed, split), MOST_REPEATS)
            return
        for number in range(MOST_CASES // TOGETHER):
            seed = derived(bench.seed, "compare", split, candidate.id, reference.id, str(number))
            yield self._cases.of(seed, split, TOGETHER)

    def _measured(
        self,
        box: Box,
        tree: Tree,
        cases: Sequence[Case],
        first: int,
        say: Callable[[Case, object], str] = lambda case, answer: "",
    ) -> Batch:
        """Verdicts on cases, numbered from `first`, and what there is to `say` about their answers."""
        program = program_for(self._target, tree)
        verdicts: list[str] = []
        words: list[str] = []
        lost, output = 0, ""
        seconds: tuple[float, ...] = ()
        while len(verdicts) < len(cases):
            execution = box.run(program, [case.call for case in cases[len(verdicts) :]])
            output = execution.output or output
            if execution.load.outcome is not Outcome.OK:
                reason = f"import {said(execution.load)}"
                return _batch(verdicts, first, output, reason, execution.violated, words)
            words += _words(execution, cases[len(verdicts) :], first + len(verdicts), say)
            verdicts += self._verdicts(execution, cases[len(verdicts) :])
            seconds += seconds_of(execution)
            if self._is_gate and (wrong := _first_wrong(verdicts, first)):
                return _batch(verdicts, first, output, wrong, execution.violated, words)
            if len(verdicts) < len(cases):
                lost += 1
                if lost == MOST_CHILDREN:
                    reason = f"{lost} cases ended the child, the last: {_first_wrong(verdicts[-1:], 0)}"
                    return _batch(verdicts, first, output, reason, execution.violated, words)
        return replace(_batch(verdicts, first, output, words=words), call_seconds=seconds)

    def _verdicts(self, execution: Execution, cases: Sequence[Case]) -> list[str]:
        """The fault of each answer that arrived; empty if there is none."""
        return [_verdict(reply, case) for reply, case in zip(execution.replies, cases, strict=False)]


def _words(
    execution: Execution, cases: Sequence[Case], first: int, say: Callable[[Case, object], str]
) -> Iterator[str]:
    for number, (reply, case) in enumerate(zip(execution.replies, cases, strict=False), first):
        if reply.outcome is Outcome.OK and (words := say(case, reply.value)).strip():
            yield f"case {number}: {words}"


def _verdict(reply: Reply, case: Case) -> str:
    if reply.outcome is not Outcome.OK:
        return said(reply)
    if equal(reply.value, case.expected, case.rel, case.abs):
        return ""
    return f"wrong answer (got {got(reply.value)})"


def _first_wrong(verdicts: Sequence[str], first: int) -> str:
    return next((in_case(verdict, first + n) for n, verdict in enumerate(verdicts) if verdict), "")


def in_case(verdict: str, number: int) -> str:
    if verdict.startswith("wrong answer "):
        return verdict.replace("wrong answer", f"wrong answer in case {number}", 1)
    return f"case {number} {verdict}"


def _batch(
    verdicts: Sequence[str],
    first: int,
    output: str,
    reason: str = "",
    violation: bool = False,
    words: Sequence[str] = (),
) -> Batch:
    failures = tuple(in_case(verdict, first + n) for n, verdict in enumerate(verdicts) if verdict)
    samples = {PASSED: [0.0 if verdict else 1.0 for verdict in verdicts]}
    passed = len(verdicts) - len(failures)
    return Batch(samples, passed, len(verdicts), failures, reason, output, violation, tuple(words))
