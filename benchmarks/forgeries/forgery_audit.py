"""Measure the forgeries, each with its suites, through the same code as any variant.

A `wrong` program, or one with hostile `answers`, is stopped if it gets no score or 0. An `echo` program is
stopped if, besides, what a model may read of its evaluation holds no expected value and is quoted. A `time`
program, on drawn inputs, and a `memo` program, on cases from a file, is stopped if the timing suite does not
grade it, finds it less than half as fast as the honest program, or rejects it in either test of a champion:
better than the honest program at the error rate, and again on held-out cases in other boxes. The error rate
of each is `ERROR_RATE` divided by their number, so that chance fakes any row of the table with at most
`ERROR_RATE`.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from itertools import product
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from pygent.benchmarks.forgeries.baseline_evaluators import EVALUATORS, BaselineReport, Peers
from pygent.benchmarks.forgeries.forged_targets import MODULE, PUT_TO, SUITES, TIMED, SuiteName, write_targets
from pygent.benchmarks.forgeries.forgery_corpus import Forgery, control
from pygent.benchmarks.judge import compared, evaluate
from pygent.benchmarks.results import Evaluation, EvaluationContext, Split, Suite
from pygent.benchmarks.statistics.sequential_test import PairedDecision
from pygent.benchmarks.suites.grader import Grader
from pygent.benchmarks.suites.suite_registry import suite_for
from pygent.prompts.quote import data, line
from pygent.sandbox.api import Isolation, Sandbox
from pygent.target_modules.patch.model.tree import Tree
from pygent.target_modules.spec.manifest import Target

ERROR_RATE = 0.05
WORKERS = 2
SLOWER = 0.5  # times the honest program's speed; below that no comparison is needed
TRIES = 3  # tries of a control, whose true difference a busy machine may hide


@dataclass(frozen=True)
class ForgeryVerdict:
    """A suite's verdict on a program.

    It has the `score` in the suite's unit (None if there is none), a word or two on what stopped the forgery,
    and the suite's own words.
    """

    held: bool
    score: float | None
    stop: str
    why: str


@dataclass(frozen=True)
class Row:
    """The verdicts on a forgery by all its suites and by all peers (none for `answers`)."""

    forgery: Forgery
    suites: Mapping[SuiteName, ForgeryVerdict]
    peers: Mapping[str, BaselineReport] = field(default_factory=dict)

    @property
    def held(self) -> bool:
        return all(verdict.held for verdict in self.suites.values())


@dataclass(frozen=True)
class Report:
    """The whole table; `controls` describes honest programs that got a wrong verdict."""

    sandbox: str
    rows: tuple[Row, ...]
    controls: tuple[str, ...]
    seconds: float

    @property
    def held(self) -> bool:
        return not self.controls and all(row.held for row in self.rows)

    def forged(self) -> dict[str, int]:
        """How many forgeries fooled each suite, and each peer that was asked."""
        counts = {
            str(suite): sum(suite in row.suites and not row.suites[suite].held for row in self.rows)
            for suite in SUITES
        }
        asked = [name for name in EVALUATORS if any(name in row.peers for row in self.rows)]
        return counts | {
            name: sum(row.peers[name].forged for row in self.rows if name in row.peers) for name in asked
        }

    def to_json(self) -> dict[str, Any]:
        return {
            "sandbox": self.sandbox,
            "held": self.held,
            "forgeries": len(self.rows),
            "forged": self.forged(),
            "controls": list(self.controls),
            "seconds": round(self.seconds, 1),
            "rows": [
                {
                    "name": row.forgery.name,
                    "kind": row.forgery.kind,
                    "trick": row.forgery.trick,
                    "held": row.held,
                    "suites": {name: vars(verdict) for name, verdict in row.suites.items()},
                    "peers": {name: vars(told) for name, told in row.peers.items()},
                }
                for row in self.rows
            ],
        }


def forge(
    sandbox: Sandbox,
    forgeries: Sequence[Forgery],
    *,
    seed: int,
    compare: bool = False,
    said: Callable[[Row], None] = lambda row: None,
) -> Report:
    """Put every forgery, and the controls, to every suite; with `compare`, to the peers as well.

    `said` gets each row as soon as it is ready. Raises `SandboxFaultError` and `SandboxUnavailableError`.
    """
    started = time.monotonic()
    with TemporaryDirectory(prefix="pygent-forge-") as folder:
        judges = _Judges(sandbox, write_targets(Path(folder), sandbox), seed)
        rate = ERROR_RATE / max(1, sum(one.kind in TIMED for one in forgeries))
        troubles = tuple(judges.controls(rate))
        peers = Peers(sandbox, judges.spec) if compare else None
        if peers is not None:
            troubles += tuple(peers.controls())

        def measured(forgery: Forgery) -> Row:
            suites: dict[SuiteName, ForgeryVerdict] = {}
            if forgery.kind not in TIMED:
                judge = judges.echo if forgery.kind == "echo" else judges.wrong
                suites = {name: judge(name, forgery.source) for name in PUT_TO[forgery.kind]}
            asked = peers is not None and forgery.kind not in ("answers", "echo")
            return Row(forgery, suites, peers.ask(forgery) if peers is not None and asked else {})

        rows: list[Row] = []
        with ThreadPoolExecutor(min(WORKERS, os.cpu_count() or 1)) as workers:
            for row in workers.map(measured, forgeries):
                if row.forgery.kind not in TIMED:
                    said(row)
                rows.append(row)
        for number, row in enumerate(rows):
            if row.forgery.kind in TIMED:  # alone on the machine
                suite = TIMED[row.forgery.kind]
                rows[number] = replace(row, suites={suite: judges.timed(suite, row.forgery.source, rate)})
                said(rows[number])
    return Report(sandbox.name, tuple(rows), troubles, time.monotonic() - started)


class _Judges:
    """The suites, called as a run calls them."""

    def __init__(self, sandbox: Sandbox, targets: Mapping[SuiteName, Target], seed: int) -> None:
        from pygent.benchmarks.testing.programs import spec_of_tests

        self._targets = targets
        self._suites: dict[SuiteName, Suite] = {name: suite_for(target) for name, target in targets.items()}
        self._right = _tree(control("right"))
        self._bench = EvaluationContext(sandbox, Isolation.CONTAINER, seed, baseline=self._right)
        self.spec = spec_of_tests(targets["pytest"])

    def wrong(self, suite: SuiteName, source: str) -> ForgeryVerdict:
        found = self._evaluated(suite, source)
        return ForgeryVerdict(not found.score, found.score, _stop(_why(found)), _why(found))

    def echo(self, suite: SuiteName, source: str) -> ForgeryVerdict:
        found = self._evaluated(suite, source)
        if leak := echoed(self._targets[suite], found):
            return ForgeryVerdict(False, found.score, "", leak)
        return ForgeryVerdict(not found.score, found.score, _stop(_why(found)), _why(found))

    def timed(self, suite: SuiteName, source: str, rate: float) -> ForgeryVerdict:
        if suite == TIMED["memo"]:  # a second variant finds traces of the first
            self._evaluated(suite, source)
        found = self._evaluated(suite, source)
        if not found.graded:
            return ForgeryVerdict(True, None, _stop(_why(found)), _why(found))
        if found.score is not None and found.score < SLOWER:  # a run would not compare it either
            return ForgeryVerdict(True, found.score, "slower", "")
        decisions = self._decisions(suite, source, rate)
        first = next(decisions)
        if not first.better:
            return ForgeryVerdict(True, found.score, "not faster", _span(first))
        second = next(decisions)
        if not second.better:
            return ForgeryVerdict(True, found.score, "not faster when held out", _span(second))
        return ForgeryVerdict(False, found.score, "", _span(first))

    def controls(self, rate: float) -> Iterator[str]:
        """Wrong verdicts on honest programs."""
        for suite in SUITES:
            wrong = self.wrong(suite, control("wrong"))
            if not wrong.held:
                yield f"{suite}: honest but wrong scored {wrong.score}"
            right = self._evaluated(suite, control("right") + "\n")
            if not right.graded or (suite not in TIMED.values() and right.score != 1.0):
                yield f"{suite}: honest and right scored {right.score}: {_why(right)}"
        slower, faster = _tree(control("slower")), _tree(control("faster"))
        for suite, (name, one, other) in product(
            TIMED.values(), (("slower", self._right, slower), ("faster", faster, self._right))
        ):
            for number in range(TRIES):
                found = self._decision(suite, one, other, rate, "search", number)
                if found.better:
                    break
            else:
                yield f"{suite}: the honest {name} program was not found {name}: {_span(found)}"

    def _evaluated(self, suite: SuiteName, source: str) -> Evaluation:
        target = self._targets[suite]
        bench = replace(self._bench, baseline=target.tree())
        return evaluate(target, self._suites[suite], bench.baseline.with_file(MODULE, source), bench)

    def _decisions(self, suite: SuiteName, source: str, rate: float) -> Iterator[PairedDecision]:
        """Whether a program is faster than the honest one: on search cases, then on held-out cases."""
        yield self._decision(suite, _tree(source), self._right, rate, "search")
        yield self._decision(suite, _tree(source), self._right, rate, "held_out")

    def _decision(
        self, name: SuiteName, candidate: Tree, reference: Tree, rate: float, split: Split, number: int = 0
    ) -> PairedDecision:
        bench = replace(self._bench, seed=self._bench.seed + number)
        return compared(self._suites[name], candidate, reference, bench, split, error_rate=rate)


def echoed(target: Target, found: Evaluation) -> str:
    """What a grader's words tell a model that it must not know, or how they could fool it; or ''."""
    said = [found.reason, *found.words, *(text for stage in found.stages for text in stage.failures)]
    told = data("\n".join(said), sum(map(len, said)) + len(said))
    if known := next((text for text in _expected(target, found.seed) if text[:-1] in told), ""):
        return f"the grader's words hold {known}"
    if told.count("```") != 2 or any(mark in told for mark in _MARKS):
        return "the grader's words are not quoted"
    return ""


def _expected(target: Target, seed: int) -> list[str]:
    """The right answers of an evaluation."""
    grader = Grader(target, ("cases", "problems"))
    if target.manifest.suite.kind == "cases":
        return [str(case.expected) for case in grader.cases(seed, "search", target.manifest.suite.count)]
    (problem,) = grader.problems(seed, "search", 1)
    assert isinstance(problem.facts, list)
    return list(map(str, problem.facts))


_MARKS = ("<|im", "[INST]", "\x1b", "\u202e")  # what speaks for someone else, or hides

_STOPS = (  # a suite's words, and a short name for what stopped the forgery; the first match counts
    ("NotPlainError", "not plain"),
    ("invalid answer", "invalid answer"),
    ("wrong answer", "wrong answer"),
    ("outside the clock", "CPU meter"),
    ("the work anew", "first repeat"),
    ("broke the protocol", "protocol"),
    ("timed out", "time limit"),
    ("died", "died"),
    ("raised", "raised"),
    ("skipped", "skipped"),
    ("xfailed", "skipped"),
    ("did not run", "not run"),
    ("failed", "test failed"),
    ("collected", "no tests"),
)


def _stop(why: str) -> str:
    return next((words for part, words in _STOPS if part in why), "refused" if why else "wrong answer")


def _tree(source: str) -> Tree:
    return Tree({MODULE: source})


def _why(found: Evaluation) -> str:
    failures = found.stages[-1].failures if found.stages else ()
    return line(found.reason or (failures[0] if failures else ""), 120)


def _span(found: PairedDecision) -> str:
    if found.reason and not found.pairs:
        return line(found.reason, 120)
    return f"log ratio {found.mean:+.3f} ({found.low:+.3f} to {found.high:+.3f}) in {found.pairs} pairs"
