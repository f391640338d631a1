"""Judge a tree by its suite, and retry if the engine, not the tree, fails."""

from __future__ import annotations

from dataclasses import dataclass, replace

from pygent.benchmarks.learned_limits import call_limit
from pygent.benchmarks.results import Evaluation, EvaluationContext, Split, Suite
from pygent.benchmarks.statistics.sequential_test import Interval, PairedDecision, decide, interval_of
from pygent.benchmarks.suites.suite_registry import suite_for
from pygent.benchmarks.suites.words import bounded
from pygent.sandbox.host.retry import retried
from pygent.target_modules.patch.model.tree import Tree
from pygent.target_modules.spec.manifest import Target


def evaluate(
    target: Target, suite: Suite, tree: Tree, bench: EvaluationContext, split: Split = "search"
) -> Evaluation:
    """Judge a tree. Raises `SandboxFaultError` if the engine fails three times in a row."""
    found = retried(lambda: suite.evaluate(tree, bench, split), f"evaluating {target.name}")
    baseline = found if tree.id == bench.baseline.id and split == "search" else bench.baseline_found()
    limits = "" if suite.needs_solver else f"calls may take {call_limit(target, baseline)}"
    return replace(found, words=bounded(found.words), limits=found.limits or limits)


def evaluate_tree(
    target: Target, tree: Tree, bench: EvaluationContext, split: Split = "search"
) -> Evaluation:
    """The same for a single tree outside any run; loads the target's suite first."""
    return evaluate(target, suite_for(target), tree, bench, split)


def compared(
    suite: Suite,
    candidate: Tree,
    reference: Tree,
    bench: EvaluationContext,
    split: Split,
    *,
    error_rate: float,
) -> PairedDecision:
    """Whether a tree is better than another. Raises `SandboxFaultError` like `evaluate`."""

    def decided() -> PairedDecision:
        pairs = suite.compare(candidate, reference, bench, split)
        return decide(pairs, exhaustive=suite.exhaustive, error_rate=error_rate, seed=bench.seed)

    return retried(decided, "comparing")


@dataclass(frozen=True)
class HoldoutResult:
    """A champion's test on held-out cases: the decision, and both scores with 95 percent intervals.

    `words` is what the grader said about the candidate on them: for people, never for a model.
    """

    decision: PairedDecision
    candidate: Interval | None
    baseline: Interval | None
    candidate_metrics: dict[str, float]
    baseline_metrics: dict[str, float]
    words: tuple[str, ...] = ()


def confirm(
    target: Target, suite: Suite, candidate: Tree, bench: EvaluationContext, *, error_rate: float
) -> HoldoutResult:
    """Compare a tree with `bench.baseline` on held-out cases, and score both on them.

    The caller passes a bench with `Isolation.CONTAINER`, so that everything runs in fresh containers.
    """
    reference = bench.baseline
    decision = compared(suite, candidate, reference, bench, "held_out", error_rate=error_rate)
    scores = [evaluate(target, suite, tree, bench, "held_out") for tree in (candidate, reference)]
    one, other = (score_interval(target, scored) for scored in scores)
    mine, theirs = (dict(scored.metrics) for scored in scores)
    return HoldoutResult(decision, one, other, mine, theirs, scores[0].words)


def score_interval(target: Target, evaluation: Evaluation) -> Interval | None:
    """A score with its 95 percent interval over cases, problems or repeats; None if there is no score.

    If the score does not come from the raw samples (a radon metric), or if there is a single sample, the
    interval is the score alone.
    """
    if evaluation.score is None:
        return None
    samples = evaluation.stages[-1].samples
    if (logs := samples.get("log_" + target.primary.metric)) is not None:
        return interval_of(logs).exponential()
    values = samples.get(target.primary.metric, ())
    return interval_of(values) if values else Interval(evaluation.score, evaluation.score, evaluation.score)
