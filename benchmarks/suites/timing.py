"""Suites where speed counts and a wrong answer fails the tree.

A repeat is one child: it imports the module and answers every case, and its time runs from the fork to the
last answer, so that the import is charged. Candidate and reference take turns (ABBA) in two boxes on one
reserved core, with inputs that are the same for both. The sample is log(reference seconds / candidate
seconds), so that its exponential is the speed-up.

Cases from a file are the same in every repeat, and a grader may draw one twice. A later child of a box could
read what an earlier one left in a counter of the kernel (process numbers, page faults of PID 1, refused
threads, peak memory), and look its answers up. So no box is asked the same input twice, or a large part of
one: others take its place (`asked_inputs.py`). No box is used that another tree was in, whatever the
isolation. Boxes start before a pair is timed, and end after it.

The clock is the runner's wall clock. The container's CPU meter checks it: on one core, CPU time beyond the
window means that work was moved out of it, and fails the tree; wall time far beyond CPU time means that
something else had the core, and the pair is measured again with the same inputs, a few times at most. (It is
not dropped: a candidate that sleeps where it is slow would else choose its own samples.)
"""

from __future__ import annotations

import math
import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from random import Random
from statistics import geometric_mean

from pygent.benchmarks.results import Evaluation, EvaluationContext, PairedSamples, Split
from pygent.benchmarks.suites.asked_inputs import inputs
from pygent.benchmarks.suites.case_source import CaseSource
from pygent.benchmarks.suites.cases import in_case
from pygent.benchmarks.suites.execution import derived, got, program_for, spec_for, trouble
from pygent.benchmarks.suites.problems import Case
from pygent.benchmarks.suites.stage_runner import EMPTY, Batch, StageRunner
from pygent.sandbox.api import Box, Execution, Isolation, Sandbox
from pygent.sandbox.runner.wire import equal
from pygent.target_modules.patch.model.tree import Tree
from pygent.target_modules.spec.manifest import Target

LOG_SPEEDUP = "log_speedup"
SPEEDUP = "speedup"
BATCH = 8  # pairs that a comparison hands over at a time
MOST_PAIRS = 128  # of one comparison
AGAIN = 2  # how often a disturbed pair is measured again
MOST_AGAIN = 12  # and all pairs of an evaluation: a machine that is never quiet is measured as it is
FIRST = 1.5  # the first repeat may take so many times the work of the later ones,
FIRST_SLACK = 0.002  # and seconds
DISTURBED = 1.5  # wall over CPU time from which a repeat counts as disturbed
METER_SLACK = (1.2, 0.02)  # CPU time may be this much more than the window: a factor, and seconds


class TimingSuite:
    """The score is the geometric mean of speed-ups against `EvaluationContext.baseline`."""

    exhaustive = False
    exclusive = True

    def __init__(self, target: Target) -> None:
        self._target = target
        self._cases = CaseSource(target)
        self._pairs = target.manifest.suite.pairs

    def evaluate(self, tree: Tree, bench: EvaluationContext, split: Split = "search") -> Evaluation:
        baseline = bench.baseline if bench.baseline.files else self._target.tree()
        with _Pair(self._target, (tree, baseline), bench.sandbox) as pair:

            def measure(start: int, stop: int, calls: int | None) -> Batch:
                return self._measured(pair, bench.seed, split, range(start, stop))

            return StageRunner(
                self._target, tree, bench, split, self._pairs, measure, summarised, noise_of
            ).evaluate()

    def compare(
        self, candidate: Tree, reference: Tree, bench: EvaluationContext, split: Split = "search"
    ) -> Iterator[PairedSamples]:
        seed = derived(bench.seed, "compare", split, candidate.id, reference.id)
        with _Pair(self._target, (candidate, reference), bench.sandbox) as pair:
            for start in range(0, MOST_PAIRS, BATCH):
                batch = self._measured(pair, seed, split, range(start, start + BATCH))
                yield PairedSamples(tuple(batch.samples.get(LOG_SPEEDUP, ())), batch.reason)
                if batch.reason:
                    return

    def _measured(self, pair: _Pair, seed: int, split: Split, repeats: range) -> Batch:
        batch = EMPTY
        for number in repeats:
            batch += pair.measured(self._inputs(seed, split, number), number)
            if batch.reason:
                return batch
        if not self._cases.drawn and (reason := pair.remembers()):
            batch += Batch({}, 0, 0, (reason,), reason)
        return batch

    def _inputs(self, seed: int, split: Split, repeat: int) -> list[Case]:
        """A repeat's cases: drawn anew, or (from a file) all of them in another order."""
        own = derived(seed, "repeat", split, str(repeat))
        cases = list(self._cases.of(own, split))
        if not self._cases.drawn:
            Random(own).shuffle(cases)
        return cases


class _Pair(ExitStack):
    """Two trees timed in turns, in two boxes: the candidate (side 0) and the reference (side 1)."""

    def __init__(self, target: Target, trees: tuple[Tree, Tree], sandbox: Sandbox) -> None:
        super().__init__()
        self._of_a_file = target.manifest.suite.cases is not None
        self._again_left = MOST_AGAIN
        self._boxes: tuple[Box, ...] = ()
        self._met: set[bytes] = set()  # what the boxes have been asked
        self._programs = [program_for(target, tree) for tree in trees]
        self._sandbox, self._spec = sandbox, spec_for(target, reserved_core())
        self._work: list[float] = []  # of the candidate over the reference's, each time that both were timed

    def measured(self, cases: Sequence[Case], number: int) -> Batch:
        order = (0, 1) if number % 2 == 0 else (1, 0)
        batch, disturbed = self._once(cases, order)
        for _ in range(AGAIN):
            if batch.reason or not disturbed or not self._again_left:
                break
            self._again_left -= 1
            batch, disturbed = self._once(cases, order)
        return batch

    def _change_boxes(self) -> None:
        self.close()
        self._sandbox.prepare(self._spec, 2, renewed=self._of_a_file and not self._work)
        self._boxes = tuple(
            self.enter_context(self._sandbox.box(self._spec, Isolation.CONTAINER)) for _ in range(2)
        )
        self._met.clear()

    def remembers(self) -> str:
        """Why the repeats, all with the same inputs, do not look like work done anew each time; or ''.

        Boxes share a machine, and some of what they share counts, such as the numbers of its inodes. But the
        first repeat, in files that are renewed, has nothing to look up: it takes what the program takes. The
        score is a geometric mean, and so is what it is held against.
        """
        first, *later = self._work
        if not later or first <= FIRST * geometric_mean(later):
            return ""
        return (
            f"the first repeat took {first / geometric_mean(later):.2g} times the work of the later ones, "
            "which had the same inputs: they do not do the work anew"
        )

    def _once(self, cases: Sequence[Case], order: Sequence[int]) -> tuple[Batch, bool]:
        """The pair measured, and whether something else had the core meanwhile."""
        asked = inputs([case.call for case in cases])
        if not self._boxes or not asked.isdisjoint(self._met):
            self._change_boxes()
        self._met |= asked
        calls = [case.call for case in cases]
        runs: dict[int, Execution] = {}
        for side in order:
            runs[side] = self._boxes[side].run(self._programs[side], calls)
            wrong = _wrong(runs[side], cases)
            if wrong:
                reason = wrong if side == 0 else f"the reference failed: {wrong}"
                return Batch({}, 0, 1, (reason,), reason, output=runs[side].output), False
        seconds = [max(runs[side].seconds, 1e-9) for side in (0, 1)]
        self._work.append(_work(runs[0]) / _work(runs[1]))
        samples = {LOG_SPEEDUP: [math.log(seconds[1] / seconds[0])], "seconds": [seconds[0]]}
        batch = Batch(samples, 1, 1, output=runs[0].output)
        return batch, any(_is_disturbed(run) for run in runs.values())


def summarised(samples: Mapping[str, Sequence[float]]) -> dict[str, float]:
    logs, seconds = samples[LOG_SPEEDUP], samples["seconds"]
    return {SPEEDUP: math.exp(sum(logs) / len(logs)), "seconds": sum(seconds) / len(seconds)}


def noise_of(samples: Mapping[str, Sequence[float]]) -> float | None:
    """Standard deviation of the log ratios: the relative spread of one pair on this machine."""
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
    """CPU seconds within the window where there is a meter, and a little that every child takes."""
    return min(run.seconds, run.seconds if run.cpu_seconds is None else run.cpu_seconds) + FIRST_SLACK


def _is_disturbed(execution: Execution) -> bool:
    cpu = execution.cpu_seconds
    return cpu is not None and execution.seconds > DISTURBED * cpu + 0.005
