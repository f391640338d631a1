"""A change beside the program that it began with, in words for the agent that made it."""

from __future__ import annotations

import time
from collections.abc import Generator
from dataclasses import replace

from pygent.benchmarks.results import Evaluation, EvaluationContext, PairedSamples, Suite
from pygent.benchmarks.statistics.sequential_test import interval_of
from pygent.benchmarks.suites.tree_execution import derived
from pygent.evolution.protocols import Parent
from pygent.prompts import quote
from pygent.sandbox.host.retry import retried
from pygent.target_modules.patch.model.tree import Tree
from pygent.target_modules.spec.manifest import Target

PAIRS = 8
SECONDS = 30.0  # no further batch of pairs is drawn after this time
DEAR = 60.0  # seconds: an evaluation that took longer is not done over again only to compare


def side_by_side(
    target: Target, suite: Suite, tree: Tree, parent: Parent, found: Evaluation, bench: EvaluationContext
) -> str:
    """How a change that was evaluated (`found`) does against its parent, or '' if that cannot be said.

    If chance is involved and pairs are cheap, both are measured in turns, on inputs that neither the run's
    evaluations nor its acceptance use. Else the parent's stored samples are compared case by case.
    """
    if not found.graded:
        return ""
    if suite.exhaustive or suite.needs_solver or found.seconds > DEAR:
        return _by_case(target, found, parent.evaluation)
    fresh = replace(bench, seed=derived(bench.seed, "side by side", tree.id))
    pairs = retried(lambda: _pairs(suite, tree, parent.tree, fresh), "comparing side by side")
    return _in_pairs(pairs, as_ratio="log_" + target.primary.metric in found.stages[-1].samples)


def _pairs(suite: Suite, tree: Tree, parent: Tree, bench: EvaluationContext) -> PairedSamples:
    """The first pairs of a comparison, as one batch."""
    until = time.monotonic() + SECONDS
    seen: list[float] = []
    batches = suite.compare(tree, parent, bench)
    try:
        for batch in batches:
            if batch.reason:
                return batch
            seen += batch.differences
            if len(seen) >= PAIRS or time.monotonic() > until:
                break
    finally:
        if isinstance(batches, Generator):
            batches.close()  # gives the boxes back
    return PairedSamples(tuple(seen))


def _in_pairs(pairs: PairedSamples, *, as_ratio: bool) -> str:
    if pairs.reason:
        return f"Side by side with the program you began with, it failed: {quote.line(pairs.reason)}"
    if len(pairs.differences) < 2:
        return ""
    estimate = interval_of(pairs.differences)
    if estimate.low > 0:
        verdict = "better"
    elif estimate.high < 0:
        verdict = "worse"
    else:
        verdict = "cannot be told apart"
    shown = estimate.exponential() if as_ratio else estimate
    what = "times as good" if as_ratio else "better by"
    figures = f"{shown.mean:.4g} [{shown.low:.4g}, {shown.high:.4g}]"
    figures = f"{figures} {what}" if as_ratio else f"{what} {figures}"
    return (
        f"Side by side with the program you began with, {len(pairs.differences)} pairs on new inputs: "
        f"{figures}, 95 % interval: {verdict}"
    )


def _by_case(target: Target, found: Evaluation, before: Evaluation | None) -> str:
    """Samples of the primary objective against the stored ones, if they are of the same cases."""
    if before is None or not before.graded or before.seed != found.seed:
        return ""
    if before.cut_short or found.cut_short:
        return ""
    metric = target.primary.metric
    new, old = (one.stages[-1].samples.get(metric, ()) for one in (found, before))
    if not new or len(new) != len(old):
        return ""
    sign = 1 if target.primary.direction == "max" else -1
    differences = [sign * (one - other) for one, other in zip(new, old, strict=True)]
    better, worse = (sum(sign * one > 0 for one in differences) for sign in (1, -1))
    return (
        "By case, against the figures of the program you began with, which are from another moment: "
        f"better in {better}, worse in {worse}, equal in {len(new) - better - worse}"
    )
