"""What every suite must do."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import islice
from pathlib import Path

import pytest

from pygent.benchmarks.results import Evaluation, EvaluationContext, Split, Suite
from pygent.sandbox.api import Isolation, Sandbox
from pygent.sandbox.backends.local import LocalSandbox
from pygent.target_modules.patch.model.tree import Tree
from pygent.target_modules.spec.manifest import Target, load
from pygent.testing.small_target import BUGGY, FIXED, write_small_target

BATCHES = 3  # of a comparison that are looked at
MakeSuite = Callable[[Target], Suite]


class SuiteContract:
    """Define the fixture `make_suite`: a function from a target to its suite.

    `target` is a small function with a bug, and `better` is its source without it; override both together if
    the suite needs another target. `sandbox` is the local one, which protects from nothing.
    """

    @pytest.fixture
    def target(self, tmp_path: Path) -> Target:
        return load(write_small_target(tmp_path / "target"))

    @pytest.fixture
    def better(self, target: Target) -> Tree:
        return Tree({path: text.replace(BUGGY, FIXED) for path, text in target.tree().files.items()})

    @pytest.fixture
    def sandbox(self) -> Iterator[Sandbox]:
        with LocalSandbox() as sandbox:
            yield sandbox

    @pytest.fixture
    def context(self, sandbox: Sandbox, target: Target) -> EvaluationContext:
        return EvaluationContext(sandbox, Isolation.PROCESS, seed=1, baseline=target.tree())

    @pytest.fixture
    def broken(self, target: Target) -> Tree:
        return Tree(dict.fromkeys(target.tree().files, "raise RuntimeError('broken')\n"))

    @pytest.mark.parametrize("split", ["search", "held_out"])
    def test_the_baseline_is_graded(
        self, make_suite: MakeSuite, target: Target, context: EvaluationContext, split: Split
    ) -> None:
        evaluation = make_suite(target).evaluate(target.tree(), context, split)
        assert evaluation.graded, evaluation.reason
        assert evaluation.split == split
        assert evaluation.score == evaluation.metrics[target.primary.metric]
        assert 0 < evaluation.total >= evaluation.passed
        assert Evaluation.from_json(evaluation.to_json()) == evaluation

    def test_what_is_better_scores_better(
        self, make_suite: MakeSuite, target: Target, better: Tree, context: EvaluationContext
    ) -> None:
        before, after = (make_suite(target).evaluate(tree, context) for tree in (target.tree(), better))
        assert before.score is not None
        assert after.score is not None, after.reason
        assert target.fitness(after.score) > target.fitness(before.score)

    def test_a_broken_tree_is_a_failure_and_no_exception(
        self, make_suite: MakeSuite, target: Target, broken: Tree, context: EvaluationContext
    ) -> None:
        evaluation = make_suite(target).evaluate(broken, context)
        assert not evaluation.graded
        assert evaluation.score is None
        assert evaluation.reason
        assert "\n" not in evaluation.reason

    def test_the_same_seed_makes_the_same_evaluation(
        self, make_suite: MakeSuite, target: Target, context: EvaluationContext
    ) -> None:
        suite = make_suite(target)
        one, two = (suite.evaluate(target.tree(), context) for _ in range(2))
        assert (one.graded, one.seed, one.trust) == (two.graded, two.seed, two.trust)
        assert _counted(one) == _counted(two)
        if not suite.exclusive:  # what is timed differs from time to time
            assert one.score == two.score

    def test_a_comparison_is_positive_for_what_is_better(
        self, make_suite: MakeSuite, target: Target, better: Tree, context: EvaluationContext
    ) -> None:
        suite, before = make_suite(target), target.tree()
        gains = list(islice(suite.compare(better, before, context), BATCHES))
        losses = list(islice(suite.compare(before, better, context), BATCHES))
        assert not any(batch.reason for batch in (*gains, *losses))
        assert sum(sum(batch.differences) for batch in gains) > 0
        assert sum(sum(batch.differences) for batch in losses) < 0

    def test_a_comparison_with_a_broken_tree_says_so(
        self, make_suite: MakeSuite, target: Target, broken: Tree, context: EvaluationContext
    ) -> None:
        batches = list(islice(make_suite(target).compare(broken, target.tree(), context), BATCHES))
        assert any(batch.reason for batch in batches)


def _counted(evaluation: Evaluation) -> list[tuple[str, int, int]]:
    return [(stage.name, stage.passed, stage.total) for stage in evaluation.stages]
