"""Earlier attempts as a model reads about them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from pygent.agent.dialogue.brief import Effect, PriorAttempt
from pygent.archive.records import Status, VariantRecord
from pygent.evolution.proposers.figures import gain, is_sample
from pygent.evolution.protocols import Parent
from pygent.evolution.search.evidence import NOTHING, Evidence
from pygent.target_modules.spec.manifest import Target

TIMES = ("speedup", "seconds")  # what a timing suite measures
EXAMINED = 8  # the first attempts, which come with what they changed and its effects


def prior_attempts(target: Target, parent: Parent) -> tuple[PriorAttempt, ...]:
    """What was tried on this parent, on the way to it, and elsewhere, in the order of `parent.tried`."""
    told = []
    for number, one in enumerate(parent.tried):
        evidence = parent.evidence(one) if number < EXAMINED else NOTHING
        if one.id == parent.variant.id:  # its comparison stands beside its score
            evidence = replace(evidence, comparison=None)
        told.append(prior_attempt(target, parent, one, evidence, parent.said.get(one.id, ())))
    return tuple(told)


def prior_attempt(
    target: Target, parent: Parent, variant: VariantRecord, evidence: Evidence, remarks: Sequence[str]
) -> PriorAttempt:
    """An attempt as it is told to somebody who is about to change `parent`."""
    return PriorAttempt(
        variant.note or variant.operator,
        _outcome(variant),
        variant.score,
        tuple(remarks),
        name=f"attempt {variant.attempt} ({variant.id})",
        place=_place(parent, variant),
        change=evidence.change,
        effects=tuple(_comparable(target, row) for row in evidence.effects),
        comparison=gain(target, evidence.comparison),
        finding=variant.status is Status.NO_CHANGE,
    )


def _comparable(target: Target, row: Effect) -> Effect:
    """An effect with what it says: times were taken at different moments, and only samples have an interval.

    If the cases are the whole task, an interval over them would not say how far the score may be off.
    """
    if target.manifest.suite.kind == "timing" and row.metric in TIMES:
        return replace(row, apart=True)
    return row if is_sample(target) else Effect(row.metric, row.before, row.after)


def _outcome(variant: VariantRecord) -> str:
    refused = variant.status is Status.REFUSED  # by a person, whose reason is one of the remarks
    return f"{variant.status}: {variant.reason}" if variant.reason and not refused else str(variant.status)


def _place(parent: Parent, variant: VariantRecord) -> str:
    if not variant.parents:
        return "the source that the run began with"
    if variant.id == parent.variant.id:
        return "which made these files"
    if parent.variant.id in variant.parents:
        return "on these files"
    if variant.id in parent.above:
        return "on the way to these files"
    return f"on other files ({', '.join(variant.parents)})"
