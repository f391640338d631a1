"""Scores, comparisons and times in words: each with what it was measured on, and how far it may be off."""

from __future__ import annotations

import math
from collections.abc import Sequence

from pygent.benchmarks.judge import score_interval
from pygent.benchmarks.results import Evaluation
from pygent.benchmarks.statistics.sequential_test import PairedDecision, interval_of
from pygent.benchmarks.suites.suite_registry import suite_class_of
from pygent.target_modules.spec.manifest import Target

LOG = "log_"  # samples that are averaged as logarithms, such as speed-ups


def with_spread(target: Target, score: float | None, evaluation: Evaluation | None) -> str:
    """A score with its 95 % interval and sample size: `3.62 [3.55, 3.7], 40 samples`; '' without a score.

    If the cases are the whole task, an interval over them would not say how far the score may be off.
    """
    if score is None:
        return ""
    count = 0 if evaluation is None else len(_values(target, evaluation))
    if evaluation is None or not count:
        return figure(score)
    if evaluation.cut_short:
        return f"at least {figure(score)} ({evaluation.cut_short})"
    found = score_interval(target, evaluation) if is_sample(target) else None
    reach = f" [{found.low:.4g}, {found.high:.4g}]" if found and found.low < found.high else ""
    return f"{figure(score)}{reach}, {count} {_unit(target)}{'' if count == 1 else 's'}"


def gain(target: Target, found: PairedDecision | None) -> str:
    """How a program compares with its own parent; '' if it was not compared, or the comparison broke off."""
    if found is None or not found.pairs or found.low == found.high == found.mean == 0:
        return ""
    if _is_logarithmic(target):
        middle, low, high = (f"{math.exp(one):.3g}" for one in (found.mean, found.low, found.high))
        said = "times its parent's speed"
    else:
        middle, low, high = (f"{one:+.3g}" for one in (found.mean, found.low, found.high))
        said = "against its parent (above 0 is better)"
    reach = f" [{low}, {high}]" if low != high else ""
    if found.better:
        verdict = "better"
    elif found.low <= 0 <= found.high:
        verdict = "cannot be told apart"
    else:
        verdict = "worse" if found.high < 0 else "not shown to be better"
    return f"{middle}{reach} {said}, {found.pairs} pair{'' if found.pairs == 1 else 's'}: {verdict}"


def lead(target: Target, best: Evaluation | None, other: Evaluation | None) -> str:
    """How much better the best program was than another on the same samples; '' if they had others.

    Times of different moments are never the same samples.
    """
    if best is None or other is None or best.seed != other.seed or not is_sample(target):
        return ""
    if target.manifest.suite.kind == "timing" or best.cut_short or other.cut_short:
        return ""
    mine, theirs = _values(target, best), _values(target, other)
    if len(mine) != len(theirs) or len(mine) < 2:
        return ""
    sign = target.fitness(1.0)
    found = interval_of([sign * (one - two) for one, two in zip(mine, theirs, strict=True)])
    unclear = ": cannot be told apart" if found.low <= 0 <= found.high else ""
    reach = f"{found.mean:+.3g} [{found.low:+.3g}, {found.high:+.3g}]"
    return f"{reach} against the program above (above 0 is better), {len(mine)} {_unit(target)}s{unclear}"


def call_times(target: Target, evaluation: Evaluation | None) -> str:
    """How long calls took, and what they may take; '' if they were not timed."""
    seconds = evaluation.stages[-1].call_seconds if evaluation is not None and evaluation.stages else ()
    if len(seconds) != 2:
        return ""
    middle, slowest = (f"{one:.2g}" for one in seconds)
    took = f"{slowest} s" if middle == slowest else f"{middle} s (median), {slowest} s (slowest)"
    allowed = evaluation.limits.removeprefix("calls may take ") if evaluation is not None else ""
    if not allowed:
        return f"One call took {took} of the {target.manifest.limits.call_seconds:g} s allowed."
    return f"One call took {took} by the clock; it may take {allowed}."


def figure(value: float) -> str:
    return f"{value:.6g}" if abs(value) < 1e6 else f"{value:.4g}"


def _values(target: Target, evaluation: Evaluation) -> Sequence[float]:
    samples = evaluation.stages[-1].samples if evaluation.stages else {}
    metric = target.primary.metric
    return samples.get(LOG + metric, samples.get(metric, ()))


def is_sample(target: Target) -> bool:
    table = target.manifest.suite
    return not suite_class_of(target).exhaustive or (table.grader is not None and table.sampled)


def _is_logarithmic(target: Target) -> bool:
    return target.manifest.suite.kind == "timing" and target.primary.metric == "speedup"


def _unit(target: Target) -> str:
    return {"cases": "case", "timing": "pair", "tasks": "task"}.get(target.manifest.suite.kind, "sample")
