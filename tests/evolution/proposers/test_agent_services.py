"""What an agent is told of its work: its change beside the program that it began with."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from pygent.archive.records import VariantRecord
from pygent.archive.store import ArchiveStore
from pygent.benchmarks.judge import evaluate
from pygent.benchmarks.results import Evaluation, EvaluationContext, PairedSamples, Split, StageResult, Suite
from pygent.benchmarks.suites.suite_registry import suite_for
from pygent.evolution.proposers.agent_services import services_for
from pygent.evolution.proposers.side_by_side import PAIRS
from pygent.evolution.protocols import Parent
from pygent.gateway.box.box_requests import Evaluate
from pygent.sandbox.api import Isolation, Sandbox
from pygent.target_modules.patch.model.tree import Tree
from pygent.target_modules.spec.manifest import Target, load
from pygent.testing.small_target import FIXED, write_small_target


class Measured(Suite):
    """A suite whose pairs are given; `seeds` are those that it was asked to compare with."""

    exhaustive = False

    def __init__(self, found: Evaluation, pairs: list[PairedSamples]) -> None:
        self.found, self.pairs = found, pairs
        self.seeds: list[int] = []
        self.drawn = 0

    def evaluate(self, tree: Tree, bench: EvaluationContext, split: Split = "search") -> Evaluation:
        return self.found

    def compare(
        self, candidate: Tree, reference: Tree, bench: EvaluationContext, split: Split = "search"
    ) -> Iterator[PairedSamples]:
        assert split == "search"
        self.seeds.append(bench.seed)
        for batch in self.pairs:
            self.drawn += 1
            yield batch


@pytest.fixture
def target(tmp_path: Path) -> Target:
    return load(write_small_target(tmp_path / "target"))


def parent_of(target: Target, evaluation: Evaluation) -> Parent:
    variant = VariantRecord(
        "p", "r", 0, target.name, (), "t", "valid", "", "baseline", "", 0, 0.0, evaluation.score,
        evaluation.metrics,
    )  # fmt: skip
    return Parent(variant, target.tree(), evaluation)


def told(target: Target, suite: Suite, bench: EvaluationContext, parent: Parent, home: Path) -> str:
    with ArchiveStore.open(home) as archive:
        services = services_for(target, suite, bench, archive, parent, lambda work: work())
        answer = services["evaluate"](Evaluate(op="evaluate", files={"ranges.py": FIXED}))
    return str(answer["text"])


def figures(score: float, seconds: float = 1.0, metric: str = "passed", seed: int = 5) -> Evaluation:
    stage = StageResult("all", {metric: [score] * 4}, 4, 4)
    return Evaluation(
        "search", True, "", score, {"passed": score, "seconds": 2.0}, (stage,), seed, seconds=seconds
    )


def batches(*differences: float) -> list[PairedSamples]:
    return [PairedSamples((one,)) for one in differences]


def test_a_deterministic_suite_is_compared_case_by_case(
    target: Target, local_sandbox: Sandbox, tmp_path: Path
) -> None:
    bench = EvaluationContext(local_sandbox, Isolation.PROCESS, seed=5)
    suite = suite_for(target)
    before = evaluate(target, suite, target.tree(), bench)
    text = told(target, suite, bench, parent_of(target, before), tmp_path / "home")
    mended = before.total - before.passed
    assert f"better in {mended}, worse in 0, equal in {before.passed}" in text
    assert f"- passed: 1 (before: {before.metrics['passed']:.6g})" in text
    assert "from another moment" in text


@pytest.mark.parametrize(
    ("differences", "verdict"),
    [
        ([0.5, 0.6, 0.4, 0.5, 0.6, 0.4, 0.5, 0.6], "better"),
        ([-0.5, -0.6, -0.4, -0.5, -0.6, -0.4, -0.5, -0.6], "worse"),
        ([0.5, -0.6, 0.4, -0.5, 0.6, -0.4, 0.5, -0.6], "cannot be told apart"),
        ([0.0] * 8, "cannot be told apart"),
    ],
)
def test_a_sampled_suite_is_measured_side_by_side(
    target: Target, local_sandbox: Sandbox, tmp_path: Path, differences: list[float], verdict: str
) -> None:
    suite = Measured(figures(1.0), batches(*differences, *[9.0] * 50))
    bench = EvaluationContext(local_sandbox, Isolation.PROCESS, seed=5)
    text = told(target, suite, bench, parent_of(target, figures(0.5)), tmp_path / "home")
    (row,) = [row for row in text.splitlines() if row.startswith("Side by side")]
    assert row.endswith(f"95 % interval: {verdict}")
    assert f"{PAIRS} pairs" in row
    assert suite.drawn == PAIRS
    assert 5 not in suite.seeds  # the run's acceptance uses that one


def test_a_ratio_is_told_as_one(target: Target, local_sandbox: Sandbox, tmp_path: Path) -> None:
    suite = Measured(figures(1.0, metric="log_passed"), [PairedSamples((math.log(2),) * 8)])
    bench = EvaluationContext(local_sandbox, Isolation.PROCESS, seed=5)
    text = told(target, suite, bench, parent_of(target, figures(0.5)), tmp_path / "home")
    assert re.search(r"8 pairs on new inputs: 2 \[2, 2\] times as good, 95 % interval: better", text)


def test_what_is_dear_is_not_measured_again(target: Target, local_sandbox: Sandbox, tmp_path: Path) -> None:
    bench = EvaluationContext(local_sandbox, Isolation.PROCESS, seed=5)
    dear: Any = Measured(figures(1.0, seconds=1e4), [])
    paid: Any = Measured(figures(1.0), [])
    paid.needs_solver = True
    for number, suite in enumerate((dear, paid)):
        text = told(target, suite, bench, parent_of(target, figures(0.5)), tmp_path / str(number))
        assert "better in 4, worse in 0, equal in 0" in text
        assert suite.seeds == []


def test_a_side_that_fails_and_figures_of_other_cases_are_told_as_such(
    target: Target, local_sandbox: Sandbox, tmp_path: Path
) -> None:
    bench = EvaluationContext(local_sandbox, Isolation.PROCESS, seed=5)
    failing = Measured(figures(1.0), [PairedSamples((), "it crashed")])
    text = told(target, failing, bench, parent_of(target, figures(0.5)), tmp_path / "one")
    assert "it failed: it crashed" in text
    other = Measured(figures(1.0, seconds=1e4), [])
    text = told(target, other, bench, parent_of(target, figures(0.5, seed=6)), tmp_path / "two")
    assert "By case" not in text
    broken = Measured(replace(figures(1.0), graded=False, reason="timed out", score=None), [])
    text = told(target, broken, bench, parent_of(target, figures(0.5)), tmp_path / "three")
    assert text.startswith("Not graded: timed out")
