"""Suites of calls with known answers; the metric is the share of cases that pass."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache
from itertools import repeat

from pygent.benchmarks.asked_cases import PASSED, BoxesByLimit, CasesAsked, ask_patiently, most_late
from pygent.benchmarks.learned_limits import (
    FLOOR,
    PATIENCE,
    call_limit,
    manifest_limit,
    open_verdict,
    timeouts_of_mutant,
)
from pygent.benchmarks.results import Evaluation, EvaluationContext, PairedSamples, Split, Suite
from pygent.benchmarks.statistics.sequential_test import MOST_REPEATS
from pygent.benchmarks.suites.case_source import CaseSource, masks_of, visible_cases
from pygent.benchmarks.suites.paired import Boxes, PairedComparison, Side, differences_of
from pygent.benchmarks.suites.problems import Case
from pygent.benchmarks.suites.stage_runner import Batch, StageRunner, static_difference
from pygent.benchmarks.suites.tree_execution import derived, spec_for
from pygent.benchmarks.suites.words import told
from pygent.sandbox.api import Box, Isolation
from pygent.target_modules.patch.model.tree import Tree
from pygent.target_modules.spec.manifest import Target

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
        self.exhaustive = not (self._cases.drawn and target.manifest.suite.sampled)

    def evaluate(self, tree: Tree, bench: EvaluationContext, split: Split = "search") -> Evaluation:
        cases = self._cases.of(bench.seed, split)
        baseline = bench.baseline_found()
        limit = call_limit(self._target, baseline)
        is_known = self._is_known(split)
        verdict = open_verdict(self._target, len(cases), bench.to_beat if split == "search" else None)
        in_a_hurry = limit.is_learned and is_known
        patiently = limit.is_open or (verdict.counts_all and not in_a_hurry)
        asked = CasesAsked(self._target, tree, cases, self._cases.words_about_case)
        if limit.is_learned and split == "search" and bench.isolation is Isolation.PROCESS:
            limit, asked.enough = limit.of_mutant(), timeouts_of_mutant(self._target)
        tell = bench.tell if baseline is None else _unheard
        with BoxesByLimit(self._target, bench) as boxes:

            def measure(start: int, stop: int, calls: int | None) -> Batch:
                numbers = range(start, stop)
                if patiently:
                    ask_patiently(self._target, asked, numbers, boxes, limit, verdict, tell)
                else:
                    ordered = _in_order(numbers, bench) if is_known else numbers
                    asked.ask(boxes[limit], ordered, verdict, most=most_late(self._target, limit))
                return asked.batch(numbers, with_calls=split == "search")

            found = StageRunner(self._target, tree, bench, split, len(cases), measure).evaluate()
        return told(found, self._cases.words_about_all, lambda: self._masks(bench.seed))

    def _is_known(self, split: Split) -> bool:
        """Whether the cases of a split are those that the baseline was asked, with patience."""
        return split == "search" or not (self._cases.drawn or self._target.manifest.suite.held_out)

    def passes(self, tree: Tree, number: int, bench: EvaluationContext, repeat: int) -> bool:
        case = self._cases.of(bench.seed, "search")[number]
        limit = call_limit(self._target, bench.baseline_found())
        with BoxesByLimit(self._target, bench) as boxes:
            return self._asked(tree, [case], boxes[limit]).passed == 1

    def compare(
        self, candidate: Tree, reference: Tree, bench: EvaluationContext, split: Split = "search"
    ) -> Iterator[PairedSamples]:
        """Eight fresh cases make one pair; if the cases are the whole task, each is a pair, over and over."""
        limit, most = call_limit(self._target, bench.baseline_found()), manifest_limit(self._target)
        patience = most.within(limit.patience or PATIENCE)
        is_open, is_known = limit.is_open, self.exhaustive and self._is_known(split)
        slower = most if limit.is_learned and not is_known else None
        if is_open:
            limit, slower = limit.within(FLOOR), patience
        boxes = Boxes(
            bench,
            spec_for(self._target, limit=limit),
            slower=None if slower is None else spec_for(self._target, limit=slower),
        )

        def answers(tree: Tree, case: Case) -> bool:
            with BoxesByLimit(self._target, bench) as patient:
                return not self._asked(tree, [case], patient[patience]).timed_out

        loops = Counter[tuple[int, int]]()

        def measure(side: Side, cases: list[Case]) -> Batch:
            """Of cases that are asked over and over, one that looped twice is not asked again."""
            asked = CasesAsked(self._target, side.tree, cases)
            numbers = range(len(cases))
            wanted = [n for n in numbers if not self.exhaustive or loops[side.number, n] < 2]
            asked.ask(side.box, wanted, most=most_late(self._target, limit))
            batch = asked.batch(numbers)
            loops.update((side.number, number) for number in batch.timed_out)
            return batch

        comparison = _PairsOfCases(
            (candidate, reference),
            boxes,
            measure,
            differences_of(PASSED, together=not self.exhaustive),
            static_difference(self._target, candidate, reference),
        )
        comparison.answers, comparison.asks_both = answers, is_open
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

    def _asked(self, tree: Tree, cases: Sequence[Case], box: Box) -> Batch:
        asked = CasesAsked(self._target, tree, cases)
        asked.ask(box, range(len(cases)))
        return asked.batch(range(len(cases)))


class _PairsOfCases(PairedComparison[list[Case]]):
    """The reference must not fail by a limit that was learned from faster cases: that would be a gift.

    So if it hits a limit that may be too low, it is asked one case again with patience. If it `answers`, both
    sides have more time from then on; if not, it loops, and is not asked so again. If nothing is known about
    the limit, the candidate is asked so, too.
    """

    answers: Callable[[Tree, Case], bool]
    asks_both = False

    def pair(self, given: list[Case], number: int) -> tuple[Batch, Batch]:
        found = super().pair(given, number)
        sides = zip(self.sides, found, strict=True)
        late = [
            (side.tree, batch) for side, batch in sides if batch.timed_out and (side.number or self.asks_both)
        ]
        if not late or not self.boxes.may_be_slower:
            return found
        slower = any(self.answers(tree, given[batch.timed_out[-1]]) for tree, batch in late)
        self.boxes.decide(slower=slower)
        return super().pair(given, number) if slower else found


def _unheard(line: str) -> None:
    """Only what is found out about the baseline is told."""


def _in_order(numbers: Sequence[int], bench: EvaluationContext) -> Sequence[int]:
    """Cases that the baseline fails come first, so that fewer loops in others settle the verdict.

    Those that it does not finish come last: a variant may not finish them either.
    """
    found = bench.baseline_found()
    if found is None or found.seed != bench.seed or not found.stages:
        return numbers
    last = found.stages[-1]
    loops = frozenset(last.timed_out)
    passed = last.samples.get(PASSED, ())
    return sorted(numbers, key=lambda n: (n in loops, n >= len(passed) or passed[n] == 1))
