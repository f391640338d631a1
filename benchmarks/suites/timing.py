"""Suites in which speed counts and a wrong answer fails the tree.

A repeat is one child, which imports the module and answers every case. Its time runs from the fork to the
last answer, so the import counts. Candidate and reference take turns (ABBA) in two boxes on one reserved
core, with the same inputs. The sample is log(reference seconds / candidate seconds): its exponential is the
speed-up.

Cases from a file are the same in every repeat, and a grader may draw one twice. A later child of a box could
look up answers that an earlier one left in a counter of the kernel (process numbers, page faults of PID 1,
refused threads, peak memory). So no box gets the same input twice, or a large part of one, and no box has
held another tree (`FreshBoxes`).

The clock is the runner's wall clock. The container's CPU meter checks it. On one core, CPU time beyond the
window means that work was moved out of it, which fails the tree. Wall time far beyond CPU time means that
something else had the core: the pair is measured again with the same inputs, a few times at most. (It is not
dropped: a candidate could otherwise choose its samples by sleeping when it is slow.)
"""

from __future__ import annotations

import math
import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from random import Random
from statistics import geometric_mean

from pygent.benchmarks.asked_cases import in_case
from pygent.benchmarks.learned_limits import call_limit, manifest_limit
from pygent.benchmarks.results import Evaluation, EvaluationContext, PairedSamples, Split, Suite
from pygent.benchmarks.suites.case_source import CaseSource, visible_cases
from pygent.benchmarks.suites.paired import FreshBoxes, PairedComparison, Side
from pygent.benchmarks.suites.problems import Case
from pygent.benchmarks.suites.stage_runner import EMPTY, Batch, StageRunner, mean, seconds_of, slowest_of
from pygent.benchmarks.suites.tree_execution import derived, got, program_for, spec_for, trouble
from pygent.sandbox.api import Execution, Outcome
from pygent.sandbox.runner.wire import equal
from pygent.target_modules.patch.model.tree import Tree
from pygent.target_modules.spec.manifest import Target

LOG_SPEEDUP = "log_speedup"
SPEEDUP = "speedup"
SECONDS = "seconds"
BATCH = 8  # pairs that a comparison yields at a time
MOST_PAIRS = 128  # pairs of a comparison
AGAIN = 2  # how often a disturbed pair is measured again
MOST_AGAIN = 12  # the same for all pairs of an evaluation: a machine that is never quiet is measured as it is
FIRST = 1.5  # the first repeat may take this many times the work of the later ones,
FIRST_SLACK = 0.002  # plus seconds
DISTURBED = 1.5  # wall over CPU time from which a repeat counts as disturbed
METER_SLACK = (1.2, 0.02)  # CPU time may exceed the window by this factor, plus seconds


class TimingSuite(Suite):
    """The score is the geometric mean of speed-ups against `EvaluationContext.baseline`."""

    exhaustive = False
    exclusive = True
    shows_inputs = True
    visible_inputs = staticmethod(visible_cases)

    def __init__(self, target: Target) -> None:
        self._target = target
        self._cases = CaseSource(target)
        self._pairs = target.manifest.suite.pairs

    def evaluate(self, tree: Tree, bench: EvaluationContext, split: Split = "search") -> Evaluation:
        baseline = bench.baseline if bench.baseline.files else self._target.tree()
        boxes = self._boxes(bench)
        pairs = _TimedPairs(self._target, (tree, baseline), boxes)

        def measure(start: int, stop: int, calls: int | None) -> Batch:
            batch = EMPTY
            for number in range(start, stop):
                one, other = pairs.pair(self._inputs(bench.seed, split, number), number)
                if one.reason:
                    return batch + one
                samples = {LOG_SPEEDUP: _log_speedup(one, other), **one.samples}
                batch += replace(one, samples=samples)
            reason = pairs.doubt()
            return batch + Batch({}, 0, 0, (reason,), reason) if reason else batch

        with boxes:
            return StageRunner(
                self._target, tree, bench, split, self._pairs, measure, summarised, noise_of
            ).evaluate()

    def compare(
        self, candidate: Tree, reference: Tree, bench: EvaluationContext, split: Split = "search"
    ) -> Iterator[PairedSamples]:
        seed = derived(bench.seed, "compare", split, candidate.id, reference.id)
        pairs = _TimedPairs(self._target, (candidate, reference), self._boxes(bench))
        return pairs.run(
            (self._inputs(seed, split, number) for number in range(start, start + BATCH))
            for start in range(0, MOST_PAIRS, BATCH)
        )

    def _boxes(self, bench: EvaluationContext) -> FreshBoxes:
        limit, core = call_limit(self._target, bench.baseline_found()), reserved_core()
        most = spec_for(self._target, core, manifest_limit(self._target))
        return FreshBoxes(
            bench,
            spec_for(self._target, core, limit),
            renewed=not self._cases.drawn,
            slower=most if limit.is_learned else None,
        )

    def _inputs(self, seed: int, split: Split, repeat: int) -> list[Case]:
        """A repeat's cases: newly drawn, or all cases of the file in another order."""
        own = derived(seed, "repeat", split, str(repeat))
        cases = list(self._cases.of(own, split))
        if not self._cases.drawn:
            Random(own).shuffle(cases)
        return cases


class _TimedPairs(PairedComparison[list[Case]]):
    """Measures a pair again if something else had the core, and checks that each repeat does the work."""

    def __init__(self, target: Target, trees: tuple[Tree, Tree], boxes: FreshBoxes) -> None:
        super().__init__(trees, boxes, self._timed, _log_speedup)
        self._fresh = boxes
        self._programs = [program_for(target, tree) for tree in trees]
        self._of_a_file = target.manifest.suite.cases is not None
        self._again_left = MOST_AGAIN
        self._runs: dict[int, Execution] = {}  # of the last pair, by side
        self._work: list[float] = []  # the candidate's over the reference's, whenever both were timed

    def pair(self, given: list[Case], number: int) -> tuple[Batch, Batch]:
        for left in range(AGAIN, -1, -1):
            one, other = self._pair(given, number)
            if one.reason and other.timed_out and self._fresh.may_be_slower:
                self._fresh.decide(slower=True)  # a limit learned from faster cases must not decide
                one, other = self._pair(given, number)
            if one.reason:
                break
            self._work.append(_work(self._runs[0]) / _work(self._runs[1]))
            if not (left and self._again_left and any(map(_is_disturbed, self._runs.values()))):
                break
            self._again_left -= 1
        return one, other

    def _pair(self, given: list[Case], number: int) -> tuple[Batch, Batch]:
        self._fresh.ready_for([case.call for case in given])
        return super().pair(given, number)

    def doubt(self) -> str:
        """Why the repeats, all with the same inputs, do not seem to do the work each time; or ''.

        Boxes share a machine, and programs can count with shared state such as inode numbers. But the first
        repeat, in renewed files, has nothing to look up: it takes the program's true time. The score is a
        geometric mean, and so is the value that it is compared with.
        """
        first, *later = self._work
        if not self._of_a_file or not later or first <= FIRST * geometric_mean(later):
            return ""
        return (
            f"the first repeat took {first / geometric_mean(later):.2g} times the work of the later ones, "
            "which had the same inputs: they do not do the work anew"
        )

    def _timed(self, side: Side, cases: list[Case]) -> Batch:
        run = side.box.run(self._programs[side.number], [case.call for case in cases])
        self._runs[side.number] = run
        if wrong := _wrong(run, cases):
            late = (0,) if run.last.outcome is Outcome.TIMEOUT else ()
            return Batch({}, 0, 1, (wrong,), wrong, run.output, run.violated, timed_out=late)
        samples = {SECONDS: [max(run.seconds, 1e-9)]}
        return Batch(
            samples, 1, 1, output=run.output, call_seconds=seconds_of(run), slowest_right=slowest_of(run)
        )


def _log_speedup(candidate: Batch, reference: Batch) -> list[float]:
    return [math.log(reference.samples[SECONDS][0] / candidate.samples[SECONDS][0])]


def summarised(samples: Mapping[str, Sequence[float]]) -> dict[str, float]:
    logs, seconds = samples[LOG_SPEEDUP], samples[SECONDS]
    return {SPEEDUP: math.exp(mean(logs)), SECONDS: mean(seconds)}


def noise_of(samples: Mapping[str, Sequence[float]]) -> float | None:
    """The standard deviation of the log ratios: the relative spread of a pair on this machine."""
    logs = samples.get(LOG_SPEEDUP, ())
    if len(logs) < 2:
        return None
    mean = sum(logs) / len(logs)
    return math.sqrt(sum((one - mean) ** 2 for one in logs) / (len(logs) - 1))


def reserved_core() -> int:
    """The last core that this process may use; timed work is pinned to it."""
    return max(os.sched_getaffinity(0))


def _wrong(execution: Execution, cases: Sequence[Case]) -> str:
    for number, (reply, case) in enumerate(zip(execution.replies, cases, strict=False)):
        answered = reply.outcome.value == "ok"
        if answered and not equal(reply.value, case.expected, case.rel, case.abs):
            return in_case(f"wrong answer (got {got(reply.value)})", number)
    if reason := trouble(execution, len(cases), "case"):
        return reason
    factor, slack = METER_SLACK
    if execution.cpu_seconds is not None and execution.cpu_seconds > factor * execution.seconds + slack:
        return (
            f"used {execution.cpu_seconds:.3f} s of CPU within a window of {execution.seconds:.3f} s "
            "on one core: work was done outside the clock"
        )
    return ""


def _work(run: Execution) -> float:
    """CPU seconds within the window if there is a meter, plus a little that every child takes."""
    return min(run.seconds, run.seconds if run.cpu_seconds is None else run.cpu_seconds) + FIRST_SLACK


def _is_disturbed(execution: Execution) -> bool:
    cpu = execution.cpu_seconds
    return cpu is not None and execution.seconds > DISTURBED * cpu + 0.005
