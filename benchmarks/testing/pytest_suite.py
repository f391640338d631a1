"""Suites of a package's own tests; the metric is the share of tests that pass.

Each evaluation runs the tests beside the candidate: first those that fail on the target's own source, then,
if one of them passes, all. That is quick and rules out most trees; a test that fails there is not run again.
A pass there may be forged. So by default only tests that can run sealed count for the score, if they also
pass in the judge's box. The others are a gate: none that passes on the target's own source may fail. With
`trust = "in-process"` in the manifest all tests count.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import replace
from itertools import islice, repeat

from pygent.benchmarks.learned_limits import OpenVerdict, open_verdict
from pygent.benchmarks.results import Evaluation, EvaluationContext, PairedSamples, Split, Suite, Trust
from pygent.benchmarks.statistics.sequential_test import MOST_REPEATS
from pygent.benchmarks.suites.paired import Boxes, PairedComparison, differences_of
from pygent.benchmarks.suites.stage_runner import Batch, StageRunner, static_difference
from pygent.benchmarks.testing.in_process import TIMED_OUT, Results, TestResult, run_direct
from pygent.benchmarks.testing.inventory import read_inventory
from pygent.benchmarks.testing.limits_of_tests import in_words, limits_of_tests, longest
from pygent.benchmarks.testing.programs import spec_of_tests
from pygent.benchmarks.testing.sealed import run_sealed
from pygent.sandbox.api import Box
from pygent.target_modules.patch.model.tree import Tree
from pygent.target_modules.spec.manifest import Target, TargetError

PASSED = "passed"


class TestPlan:
    """A target's tests as its manifest trusts them: those that count, and those that are a gate.

    `loops` are those that hit their limit on the target's own source; `limits` are those of all.
    """

    def __init__(self, target: Target) -> None:
        found = read_inventory(target)
        self.target = target
        self.trust = Trust(target.manifest.trust)
        self.failing = found.ids(verdict="failed")
        of = None if self.trust is Trust.IN_PROCESS else Trust.SEALED
        failing = set(self.failing)
        counted = found.ids(of)
        self.counted = sorted(counted, key=lambda name: name not in failing)
        self.sealed = set(found.ids(Trust.SEALED))
        known = set(counted)
        self.gate = [name for name in found.ids(verdict="passed") if name not in known]
        self.all = found.ids()
        self.known = found.known(target)
        self.loops = found.failing_with(TIMED_OUT)
        self.limits = limits_of_tests(target, found.seconds_of_passing())


class PytestSuite(Suite):
    """Measures the share of counted tests that pass."""

    runs_tests = True
    shows_failures = True

    def __init__(self, target: Target) -> None:
        self._target = target
        self._tests = TestPlan(target)
        if not self._tests.counted:
            raise TargetError(
                f"{target.root / 'target.toml'}: trust: none of its tests runs sealed, so none may promote a "
                'variant; say trust = "in-process", or make cases of the tests with `--record`'
            )

    def evaluate(self, tree: Tree, bench: EvaluationContext, split: Split = "search") -> Evaluation:
        baseline = bench.baseline if bench.baseline.files else self._target.tree()
        number = len(self._tests.counted)
        verdict = open_verdict(self._target, number, bench.to_beat if split == "search" else None)
        enough = self._enough(number, verdict)
        with (
            bench.sandbox.box(spec_of_tests(self._target), bench.isolation) as box,
            _Judge(self._target, bench) as judge,
        ):

            def measure(start: int, stop: int, calls: int | None) -> Batch:
                return self._measured(tree, baseline, box, judge, range(start, stop), enough)

            found = StageRunner(self._target, tree, bench, split, number, measure).evaluate()
        return replace(found, trust=self._tests.trust, limits=in_words(self._tests.limits))

    def compare(
        self, candidate: Tree, reference: Tree, bench: EvaluationContext, split: Split = "search"
    ) -> Iterator[PairedSamples]:
        """All tests over and over; each test is a pair."""
        baseline = bench.baseline if bench.baseline.files else self._target.tree()
        units = range(len(self._tests.counted))
        with _Judge(self._target, bench) as judge:
            comparison = PairedComparison[None](
                (candidate, reference),
                Boxes(bench, spec_of_tests(self._target)),
                lambda side, _: self._measured(side.tree, baseline, side.box, judge, units),
                differences_of(PASSED),
                static_difference(self._target, candidate, reference),
            )
            yield from comparison.run(repeat([None], MOST_REPEATS))

    def _enough(self, number: int, verdict: OpenVerdict) -> tuple[int, int] | None:
        """How many time-outs and how many failures settle the verdict; None if nothing but all tests does."""
        failures = (failed for failed in range(number + 1) if verdict.is_settled(0, number - failed))
        least = next(failures, None)
        return None if least is None else (self._target.manifest.limits.timeouts, least)

    def _measured(
        self,
        tree: Tree,
        baseline: Tree,
        box: Box,
        judge: _Judge,
        units: range,
        enough: tuple[int, int] | None = None,
    ) -> Batch:
        """Verdicts on some of the counted tests; the first part includes the gate."""
        tests = self._tests
        wanted = tests.counted[units.start : units.stop]
        gate = [] if units.start else tests.gate
        among = set(wanted)
        failing = [name for name in tests.failing if name in among]
        loops: set[str] = set()
        if tree.id == baseline.id:
            loops = among.intersection(tests.loops)  # as is known, and would be found out again
        elif failing and not units.start:
            first = run_direct(
                self._target, tree, box, only=failing, limits=tests.limits, need_one=failing, enough=enough
            )
            if first.reason or first.cut:
                late = (
                    "the tests that fail are not repaired, by those that timed out and those that did not run"
                )
                return _batch(wanted, first.tests, replace(first, reason=first.reason or late))
        asked = [name for name in (*wanted, *gate) if name not in loops]
        whole = len(asked) == len(tests.all)
        direct = run_direct(
            self._target,
            tree,
            box,
            only=None if whole else asked,
            limits=tests.limits,
            gate=gate,
            enough=enough,
        )
        results = {name: TestResult("failed", TIMED_OUT, 0.0) for name in loops} | direct.tests
        if not direct.reason:
            sealed = [name for name in wanted if name in tests.sealed and _passed(results.get(name))]
            if sealed:
                verdicts = run_sealed(
                    self._target,
                    baseline,
                    tree,
                    judge.box(),
                    box,
                    only=sealed,
                    known=tests.known,
                    call_seconds=longest(tests.limits, sealed),
                )
                failed = TestResult("failed", "", 0.0)
                results.update({name: verdicts.tests.get(name, failed) for name in sealed})
        return _batch(wanted, results, direct)


class _Judge(ExitStack):
    """The judge's box, opened when a test first needs it: most trees fail before."""

    def __init__(self, target: Target, bench: EvaluationContext) -> None:
        super().__init__()
        self._target, self._bench = target, bench
        self._box: Box | None = None

    def box(self) -> Box:
        if self._box is None:
            spec = spec_of_tests(self._target, trusted=True)
            self._box = self.enter_context(self._bench.sandbox.box(spec, self._bench.isolation))
        return self._box


class Gated(Suite):
    """Another suite, followed by a gate of all tests that pass on the target's own source."""

    def __init__(self, target: Target, suite: Suite) -> None:
        self._target = target
        self._suite = suite
        self._tests = TestPlan(target)
        failing = set(self._tests.failing)
        self._gate = [name for name in self._tests.all if name not in failing]
        self.exhaustive, self.exclusive, self.faults = suite.exhaustive, suite.exclusive, suite.faults

    def evaluate(self, tree: Tree, bench: EvaluationContext, split: Split = "search") -> Evaluation:
        found = self._suite.evaluate(tree, bench, split)
        if not found.graded:
            return found
        with bench.sandbox.box(spec_of_tests(self._target), bench.isolation) as box:
            tests = run_direct(
                self._target, tree, box, only=self._gate, limits=self._tests.limits, gate=self._gate
            )
        reason = tests.reason or _first_failure(self._gate, tests.tests)
        if reason:
            found = replace(found, reason=reason, output=tests.output, violation=tests.violation)
            return replace(found, graded=False, score=None)
        return found

    def compare(
        self, candidate: Tree, reference: Tree, bench: EvaluationContext, split: Split = "search"
    ) -> Iterator[PairedSamples]:
        return self._suite.compare(candidate, reference, bench, split)

    def passes(self, tree: Tree, number: int, bench: EvaluationContext, repeat: int) -> bool:
        return self._suite.passes(tree, number, bench, repeat)


def _batch(wanted: Sequence[str], found: dict[str, TestResult], direct: Results) -> Batch:
    marks = [1.0 if _passed(found.get(name)) else 0.0 for name in wanted]
    failed = (name for name, mark in zip(wanted, marks, strict=True) if not mark)
    failures = tuple(_in_words(name, found.get(name)) for name in islice(failed, 5))
    passed = int(sum(marks))
    late = tuple(n for n, name in enumerate(wanted) if name in found and found[name].timed_out)
    return Batch(
        {PASSED: marks},
        passed,
        len(wanted),
        failures,
        direct.reason,
        direct.output,
        direct.violation,
        timed_out=late,
        unasked=sum(name not in found for name in wanted) if direct.cut and not direct.reason else 0,
    )


def _passed(result: TestResult | None) -> bool:
    return result is not None and result.verdict == "passed"


def _in_words(name: str, result: TestResult | None) -> str:
    if result is None:
        return f"{name} did not run"
    return f"{name} {result.verdict}" + (f": {result.kind}" if result.kind else "")


def _first_failure(gate: Sequence[str], found: dict[str, TestResult]) -> str:
    first = next((name for name in gate if not _passed(found.get(name))), None)
    return "" if first is None else f"a test fails that passed: {_in_words(first, found.get(first))}"
