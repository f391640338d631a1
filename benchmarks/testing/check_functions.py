"""Suites of check functions, `check*(candidate)`; the metric is the share of them that return.

They run only in a judge's box, where the candidate is a proxy that sends each call to the variant's box. That
box has no checks, and no exception's text leaves the judge's. A verdict takes milliseconds, because pytest is
not started.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import repeat

from pygent.benchmarks.results import Evaluation, EvaluationContext, PairedSamples, Split, Suite
from pygent.benchmarks.statistics.sequential_test import MOST_REPEATS
from pygent.benchmarks.suites.paired import Boxes, PairedComparison, differences_of
from pygent.benchmarks.suites.stage_runner import Batch, StageRunner, static_difference
from pygent.benchmarks.suites.tree_execution import spec_for
from pygent.benchmarks.testing.in_process import Results, TestResult
from pygent.benchmarks.testing.known_outcomes import KnownOutcomes, granted
from pygent.benchmarks.testing.loader_flows import Loading
from pygent.benchmarks.testing.programs import ALL_MESSAGES, INSIDE, WATCH, inside
from pygent.benchmarks.testing.sealed import SealedCandidate, converse
from pygent.sandbox.api import Box, BoxSpec, Call, Program
from pygent.target_modules.patch.model.tree import Tree
from pygent.target_modules.spec.manifest import Target, TargetError

PASSED = "passed"
_MODULE = "pygent_checks"  # the checks' name in the judge's box
_FIRST = "check"


class ChecksSuite(Suite):
    """Measures the share of check functions that return."""

    def __init__(self, target: Target) -> None:
        self._target = target
        assert target.manifest.suite.check is not None
        file = target.root / target.manifest.suite.check
        try:
            text = file.read_text("utf-8")
            body = ast.parse(text).body
        except (OSError, UnicodeDecodeError, SyntaxError, ValueError) as error:
            raise TargetError(f"{file}: cannot be used: {error}") from None
        found = (node.name for node in body if isinstance(node, ast.FunctionDef))
        self._names = list(dict.fromkeys(name for name in found if name.startswith(_FIRST)))
        if not self._names:
            raise TargetError(f"{file}: no function `{_FIRST}...(candidate)`: write one")
        loading = Loading.of_file(file.name, text)
        for name in self._names:
            if why := loading.why(f"{file.name}::{name}"):
                raise TargetError(f"{file}: {name}: {why}, which may run it: check it in another way")
        self._looked: dict[str, KnownOutcomes] = {}
        self._judge = Program({f"{_MODULE}.py": text}, f"{INSIDE}.checks:run", converses=True)

    def evaluate(self, tree: Tree, bench: EvaluationContext, split: Split = "search") -> Evaluation:
        with (
            bench.sandbox.box(spec_for(self._target), bench.isolation) as box,
            bench.sandbox.box(self._spec_of_judge(), bench.isolation) as judge,
        ):

            def measure(start: int, stop: int, calls: int | None) -> Batch:
                return self._measured(tree, box, judge, start, stop, known)

            known = self._known(bench, judge)
            return StageRunner(self._target, tree, bench, split, len(self._names), measure).evaluate()

    def compare(
        self, candidate: Tree, reference: Tree, bench: EvaluationContext, split: Split = "search"
    ) -> Iterator[PairedSamples]:
        """All checks over and over; each check is a pair."""
        number = len(self._names)
        with bench.sandbox.box(self._spec_of_judge(), bench.isolation) as judge:
            known = self._known(bench, judge)
            comparison = PairedComparison[None](
                (candidate, reference),
                Boxes(bench, spec_for(self._target)),
                lambda side, _: self._measured(side.tree, side.box, judge, 0, number, known),
                differences_of(PASSED),
                static_difference(self._target, candidate, reference),
            )
            yield from comparison.run(repeat([None], MOST_REPEATS))

    def _measured(
        self, tree: Tree, box: Box, judge: Box, start: int, stop: int, known: KnownOutcomes
    ) -> Batch:
        wanted = self._names[start:stop]
        candidate = SealedCandidate(self._target, tree, box)
        verdicts = self._run(candidate, judge, wanted, known)
        results = [verdicts.tests.get(name, TestResult("failed", "", 0.0)) for name in wanted]
        marks = [float(result.verdict == PASSED) for result in results]
        pairs = zip(wanted, results, strict=True)
        failures = [f"{name} failed: {one.kind}" for name, one in pairs if one.verdict != PASSED]
        batch = Batch({PASSED: marks}, int(sum(marks)), len(wanted), tuple(failures[:5]), candidate.broken)
        return replace(batch, violation=candidate.violation)

    def _run(
        self, candidate: SealedCandidate, judge: Box, names: Sequence[str], known: KnownOutcomes | None
    ) -> Results:
        entry = self._target.manifest.entry

        def begin(names: list[str]) -> tuple[Program, Call]:
            may = None if known is None else known.granted_to(names)
            return self._judge, Call((_MODULE, names, entry, may))

        return converse(begin, judge, candidate, names, known)

    def _known(self, bench: EvaluationContext, judge: Box) -> KnownOutcomes:
        """The checks' outcomes on the baseline, observed once."""
        baseline = bench.baseline if bench.baseline.files else self._target.tree()
        if baseline.id not in self._looked:
            with bench.sandbox.box(spec_for(self._target), bench.isolation) as box:
                results = self._run(SealedCandidate(self._target, baseline, box), judge, self._names, None)
            noted = {name: result.noted for name, result in results.tests.items()}
            failing = [name for name, result in results.tests.items() if result.verdict != PASSED]
            may = granted({**noted, "": results.noted}, failing, ())
            self._looked[baseline.id] = KnownOutcomes(may, results.answers)
        return self._looked[baseline.id]

    def _spec_of_judge(self) -> BoxSpec:
        spec = spec_for(self._target)
        limits = replace(spec.limits, all_answers_bytes=ALL_MESSAGES)
        return replace(spec, limits=limits, sources=inside(*WATCH, "checks"), trusted=True)
