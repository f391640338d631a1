"""Run a suite's stages: measure a part, check the threshold, then measure more or stop."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from statistics import median

from pygent.benchmarks.metrics import complexity
from pygent.benchmarks.results import Evaluation, EvaluationContext, Split, StageResult
from pygent.sandbox.api import Execution, Outcome
from pygent.target_modules.patch.model.tree import Tree
from pygent.target_modules.spec.manifest import Target
from pygent.target_modules.spec.manifest_tables import Objective, Stage

FAILURES_KEPT = 5
LEAST = 1e-6  # CPU seconds of a call that is too short for the clock


@dataclass(frozen=True)
class Batch:
    """The results of some units (cases, problems, repeats): samples per metric, in the units' order.

    `reason` is set if the tree failed for good: a unit without a verdict, or a gate not passed; `violation`
    if the cause is a breach of the box's protocol. `words` is what the grader said about units, and
    `call_seconds` has the seconds of each call. `slowest_right` is the CPU time of the slowest call with a
    right answer, 0 if there is none, None if calls are not looked at; `timed_out` names the units that hit
    the limit of a call, and `unasked` counts those that were left out for it.
    """

    samples: Mapping[str, Sequence[float]]
    passed: int
    total: int
    failures: tuple[str, ...] = ()
    reason: str = ""
    output: str = ""
    violation: bool = False
    words: tuple[str, ...] = ()
    call_seconds: tuple[float, ...] = ()
    slowest_right: float | None = None
    timed_out: tuple[int, ...] = ()
    unasked: int = 0

    def __add__(self, other: Batch) -> Batch:
        metrics = list(dict.fromkeys((*self.samples, *other.samples)))
        return Batch(
            {name: [*self.samples.get(name, ()), *other.samples.get(name, ())] for name in metrics},
            self.passed + other.passed,
            self.total + other.total,
            (self.failures + other.failures)[:FAILURES_KEPT],
            self.reason or other.reason,
            other.output or self.output,
            self.violation or other.violation,
            self.words + other.words,
            self.call_seconds + other.call_seconds,
            max((one.slowest_right for one in (self, other) if one.slowest_right is not None), default=None),
            self.timed_out + other.timed_out,
            self.unasked + other.unasked,
        )


EMPTY = Batch({}, 0, 0)


def seconds_of(execution: Execution) -> tuple[float, ...]:
    """The seconds of each call that had an answer or a time-out."""
    return tuple(reply.seconds for reply in execution.replies)


def slowest_of(execution: Execution) -> float:
    """The CPU seconds of the slowest call that was answered; 0 if none was."""
    answered = (one.cpu_seconds for one in execution.replies if one.outcome is Outcome.OK)
    return max((max(seconds, LEAST) for seconds in answered), default=0.0)


def median_and_slowest(seconds: Sequence[float]) -> tuple[float, ...]:
    return (median(seconds), max(seconds)) if seconds else ()


def mean(values: Sequence[float]) -> float:
    return sum(values) / len(values)


def means(samples: Mapping[str, Sequence[float]]) -> dict[str, float]:
    return {metric: mean(values) for metric, values in samples.items() if values}


@dataclass(frozen=True)
class StageRunner:
    """Evaluates one tree, stage by stage.

    `measure(start, stop, calls)` measures the units from `start` up to `stop`. A stage measures those that
    earlier stages left, and its result covers them all. A trial stage runs only the first `calls` of each
    unit, and its result counts for itself alone.

    `number` is the number of units. `summarise` and `noise` turn samples into figures.
    """

    target: Target
    tree: Tree
    bench: EvaluationContext
    split: Split
    number: int
    measure: Callable[[int, int, int | None], Batch]
    summarise: Callable[[Mapping[str, Sequence[float]]], dict[str, float]] = means
    noise: Callable[[Mapping[str, Sequence[float]]], float | None] = lambda samples: None
    _stages: list[StageResult] = field(default_factory=list)

    def evaluate(self) -> Evaluation:
        started = time.monotonic()
        static = complexity.asked_for(self.target, self.tree)
        so_far, batch, reason, metrics = EMPTY, EMPTY, "", dict[str, float]()
        for stage in self._planned():
            stop = min(stage.cases or self.number, self.number)
            if stage.calls is not None:
                batch = self.measure(0, stop, stage.calls)
            else:
                if stop > so_far.total:
                    so_far += self.measure(so_far.total, stop, None)
                batch = so_far
            self._stages.append(
                StageResult(
                    stage.name,
                    batch.samples,
                    batch.passed,
                    batch.total,
                    batch.failures + _cut_short(batch),
                    median_and_slowest(batch.call_seconds),
                    batch.slowest_right,
                    batch.timed_out,
                    batch.unasked,
                )
            )
            reason, metrics = batch.reason, {}
            if reason:
                break
            metrics = {**self.summarise(batch.samples), **static}
            reason = not_finite(metrics) or self._short_of(stage, metrics)
            if reason:
                break
        reason = reason or out_of_bounds(self.target, metrics)
        return Evaluation(
            split=self.split,
            graded=not reason,
            reason=reason,
            score=None if reason else metrics[self.target.primary.metric],
            metrics=metrics,
            stages=tuple(self._stages),
            seed=self.bench.seed,
            seconds=time.monotonic() - started,
            noise=self.noise(so_far.samples),
            output=batch.output,
            violation=batch.violation,
            words=batch.words,
        )

    def _planned(self) -> Sequence[Stage]:
        """The stages, which save time in a search; held-out cases are all measured."""
        stages = self.target.manifest.suite.stages
        return (
            stages
            if self.split == "search"
            else (Stage(name="held_out", cases=None, calls=None, threshold=None),)
        )

    def _short_of(self, stage: Stage, metrics: Mapping[str, float]) -> str:
        primary = self.target.primary
        if primary.metric not in metrics:
            return not_available(primary.metric)
        value, bound = metrics[primary.metric], stage.threshold
        if bound is not None and worse(primary, value, bound):
            return f"stage {stage.name}: {primary.metric} is {value:.6g}, the threshold is {bound:.6g}"
        return ""


def _cut_short(batch: Batch) -> tuple[str, ...]:
    if not batch.unasked:
        return ()
    return (f"{len(batch.timed_out)} timed out, {batch.unasked} more were not asked and count as timed out",)


def worse(objective: Objective, value: float, than: float) -> bool:
    return value < than if objective.direction == "max" else value > than


def static_difference(target: Target, candidate: Tree, reference: Tree) -> float | None:
    """The difference if the primary objective is read from the source; None if it is not."""
    name = target.primary.metric
    if name not in complexity.METRICS:
        return None
    one, other = (complexity.metric(name, tree) for tree in (candidate, reference))
    return 0.0 if one is None or other is None else target.fitness(one) - target.fitness(other)


def not_available(metric: str) -> str:
    return f"{metric}: n/a (neither the suite nor radon yields it for this source)"


def not_finite(metrics: Mapping[str, float]) -> str:
    """A metric whose mean overflowed, in words, or ''; an infinite score would always win."""
    name = next((name for name, value in metrics.items() if not math.isfinite(value)), "")
    return f"{name} is not a finite number" if name else ""


def out_of_bounds(target: Target, metrics: Mapping[str, float], *, judged: bool = False) -> str:
    """The first threshold of the manifest that is violated, in words; '' if none is.

    Thresholds on metrics that a model judges are left out by a suite, and are all that count if `judged`.
    """
    judges = {judge.name for judge in target.manifest.judges}
    for bound in target.manifest.thresholds:
        if (bound.metric in judges) is not judged:
            continue
        value = metrics.get(bound.metric)
        if value is None and judged:
            return f"{bound.metric}: n/a (the model that judges it gave no verdict)"
        if value is None:
            return not_available(bound.metric)
        if bound.min is not None and value < bound.min:
            return f"{bound.metric} is {value:.6g}, at least {bound.min:.6g} is asked"
        if bound.max is not None and value > bound.max:
            return f"{bound.metric} is {value:.6g}, at most {bound.max:.6g} is allowed"
    return ""
