"""What a model is told about a parent: never held-out cases, never expected values."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from pygent.agent.dialogue.brief import BestProgram, Brief, Inspiration, SearchState
from pygent.archive.records import Status, VariantRecord
from pygent.benchmarks.calibration import TURNS, BoxSpeed
from pygent.benchmarks.results import NOT_SEALED
from pygent.benchmarks.suites.suite_registry import suite_class_of
from pygent.benchmarks.suites.tree_execution import called, derived
from pygent.evolution.proposers import figures
from pygent.evolution.proposers.ideas import prior_attempts
from pygent.evolution.protocols import Parent
from pygent.target_modules.gate.rules_in_words import call_rule, import_rule
from pygent.target_modules.patch.diff.by_symbol import by_symbol
from pygent.target_modules.patch.model.editable import Editable
from pygent.target_modules.spec.manifest import Target, TargetError

INPUTS = 3  # visible inputs that a prompt shows
_TIMELESS = ("cases", "objective")  # kinds of suites that see answers only, never how long they took
_SPEED = {  # words in the names of metrics that measure it
    *("seconds", "time", "times", "runtime", "walltime", "latency", "duration", "ms", "us", "ns"),
    *("speed", "speedup", "throughput"),
}


@dataclass(frozen=True)
class RunFacts:
    """What a brief says of the run, whatever the parent.

    `speed` is measured when it is first asked for; `answer_tokens` is the longest answer of a model.
    """

    speed: Callable[[], BoxSpeed | None] = lambda: None
    answer_tokens: int | None = None
    inputs: Callable[[], tuple[str, ...]] = tuple


def brief(
    target: Target,
    parent: Parent,
    baseline: float | None,
    facts: RunFacts = RunFacts(),
) -> Brief:
    """The agent's brief about `parent`."""
    evaluation = parent.evaluation
    failures = (failure for stage in evaluation.stages for failure in stage.failures) if evaluation else ()
    best = _ahead(target, parent)
    return Brief(
        target=target.name,
        goal=target.manifest.goal,
        notes=target.manifest.notes,
        files=parent.tree.files,
        editable=target.manifest.editable,
        objective=objective(target),
        score=parent.variant.score,
        metric=target.primary.metric,
        baseline_score=baseline,
        metrics=parent.variant.metrics,
        failures=tuple(failures),
        output=evaluation.output if evaluation else "",
        feedback=evaluation.words if evaluation else (),
        inspirations=tuple(
            Inspiration(
                other.variant.score,
                by_symbol(parent.tree, other.tree),
                other.variant.note,
                _beside_score(target, other.variant.metrics),
                _name(other.variant),
                figures.with_spread(target, other.variant.score, other.evaluation),
            )
            for other in parent.inspirations
            if other.variant.score is not None and (best is None or other.variant.id != best.variant.id)
        ),
        ideas=prior_attempts(target, parent),
        remarks=parent.said.get(parent.variant.id, ()),
        hints=parent.hints,
        measures_speed=measures_speed(target),
        rules=rules(target),
        limits=limits(target, facts, evaluation.limits if evaluation else ""),
        inputs=facts.inputs(),
        spread=figures.with_spread(target, parent.variant.score, evaluation),
        gain=figures.gain(target, parent.comparison),
        call_seconds=figures.call_times(target, evaluation),
        best=None if best is None else _best(target, parent, best),
        search=_search(parent) if parent.variant.id else None,
    )


def _ahead(target: Target, parent: Parent) -> Parent | None:
    """The best program, if it is another one whose lead was shown in a test, or whose score is better."""
    best = parent.best
    if best is None or best.variant.id == parent.variant.id:
        return None
    if best.variant.status in (Status.ACCEPTED, Status.CHAMPION):
        return best
    mine, its = parent.variant.score, best.variant.score
    return best if its is not None and (mine is None or target.fitness(its) > target.fitness(mine)) else None


def _best(target: Target, parent: Parent, best: Parent) -> BestProgram:
    editable = Editable.of(target.manifest.editable)
    mine, its = ({p: t for p, t in one.tree.files.items() if editable.touches(p)} for one in (parent, best))
    return BestProgram(
        _name(best.variant),
        str(best.variant.status),
        figures.with_spread(target, best.variant.score, best.evaluation),
        best.variant.note or best.variant.operator,
        {path: text for path, text in its.items() if mine.get(path) != text},
        _beside_score(target, best.variant.metrics),
        figures.gain(target, best.comparison),
        figures.lead(target, best.evaluation, parent.evaluation),
        tuple(sorted(set(mine) - set(its))),
    )


def _search(parent: Parent) -> SearchState:
    standing, here, best = parent.standing, parent.variant.id, parent.best
    since = standing.since_best
    return SearchState(
        _name(parent.variant),
        str(parent.variant.status),
        is_baseline=parent.variant.attempt == 0,
        is_best=best is not None and best.variant.id == here,
        better=standing.better,
        programs=standing.programs,
        children=standing.children,
        since_best=since.attempts,
        measured=since.measured,
        low=since.low,
        high=since.high,
        ahead=since.ahead,
        ideas=tuple(other.idea for other in parent.beside if other.idea),
        thinking=sum(other.parent == here and not other.idea for other in parent.beside),
    )


def _beside_score(target: Target, metrics: Mapping[str, float]) -> dict[str, float]:
    return {name: value for name, value in metrics.items() if name != target.primary.metric}


def _name(variant: VariantRecord) -> str:
    return f"{'the baseline' if variant.attempt == 0 else f'attempt {variant.attempt}'} ({variant.id})"


def objective(target: Target) -> str:
    """The objectives and thresholds of a target in words."""
    first, *others = target.manifest.objectives
    sentences = [f"The score is `{first.metric}`: {_better[first.direction]} is better."]
    if others:
        rest = ", ".join(f"`{other.metric}` ({_better[other.direction]} is better)" for other in others)
        sentences.append(f"Also measured: {rest}.")
    sentences += [
        f"`{judge.name}` is {NOT_SEALED}, from 0 to 1, by this rubric: {' '.join(judge.rubric.split())}"
        for judge in target.manifest.judges
    ]
    for threshold in target.manifest.thresholds:
        bounds = [
            f"{word} {bound:g}"
            for word, bound in (("at least", threshold.min), ("at most", threshold.max))
            if bound is not None
        ]
        sentences.append(f"`{threshold.metric}` must be {' and '.join(bounds)}.")
    if target.manifest.entry and suite_class_of(target).tells_entry:
        sentences.append(f"What is called is `{target.manifest.entry}`.")
    return " ".join(sentences)


def measures_speed(target: Target) -> bool:
    """Whether a faster program scores better, as far as the manifest tells."""
    table = target.manifest
    named = (objective.metric.casefold() for objective in table.objectives)
    return table.suite.kind == "timing" or any(_SPEED & set(re.split("[^a-z]+", name)) for name in named)


def rules(target: Target) -> tuple[str, ...]:
    """What a patch may bring in, as the gate will judge it."""
    return (import_rule(target), call_rule(target))


def limits(target: Target, facts: RunFacts, calls: str = "") -> tuple[str, ...]:
    """What the program may use, how fast the machine is, and how long an answer may be.

    `calls` says what a call may take, as far as that was learned.
    """
    table, speed = target.manifest.limits, facts.speed()
    sentences = []
    if not suite_class_of(target).needs_solver:  # else it works in boxes with other limits
        one = f"{calls[:1].upper()}{calls[1:]}" or f"One call may take {table.call_seconds:g} s of CPU time"
        sentences.append(
            f"{one}, all calls of a process {table.total_seconds:g} s, "
            f"its import {table.load_seconds:g} s; it has one core and {table.memory_mb} MB of memory."
        )
    if target.manifest.suite.kind in _TIMELESS and not measures_speed(target):
        sentences.append("Within these limits, speed does not count.")
    if speed is not None:
        sentences.append(
            f"Python {speed.python}. {TURNS:,} turns of an empty `for` loop take {speed.seconds:.2g} s here."
        )
    if facts.answer_tokens is not None:
        sentences.append(f"An answer may have {facts.answer_tokens:,} tokens, thinking included.")
    return tuple(sentences)


def visible_inputs(target: Target, seed: int) -> tuple[str, ...]:
    """A few calls like those of the search cases, as text; none if the suite has none to show."""
    suite = suite_class_of(target)
    if not suite.shows_inputs:
        return ()
    try:
        calls = suite.visible_inputs(target, derived(seed, "shown"), INPUTS)
    except TargetError:
        return ()
    return tuple(called(target.manifest.entry, call, 400) for call in calls)


_better = {"max": "higher", "min": "lower"}
