"""Decide which variants need a person's approval, and record people's decisions.

A run's policy is `none` (nothing waits), `champions` (a champion is neither a parent nor applied before it is
approved) or `all` (the same for every variant but the baseline).
"""

from __future__ import annotations

from typing import Literal

from pygent.archive.records import PARENTS, ReviewDecision, Status, VariantRecord
from pygent.archive.store import ArchiveStore

Policy = Literal["none", "champions", "all"]
Approval = Literal["approved", "refused", "awaiting", "not needed"]
REASON_CHARS = 2000  # the longest reason or annotation


class OversightError(Exception):
    """A decision is impossible; the text is one line that says what, where and what to do."""


def waits(policy: Policy, status: Status) -> bool:
    """Whether a variant with this status needs an approval; do not ask about baselines, which need none."""
    if status not in PARENTS:
        return False
    return policy == "all" or (policy == "champions" and status is Status.CHAMPION)


def policy_of(archive: ArchiveStore, run: str) -> Policy:
    """The approval policy of a run; runs from before there was oversight have `none`."""
    policy: Policy = archive.runs.get(run).config.get("approval", "none")
    return policy


def approval(archive: ArchiveStore, variant: VariantRecord) -> Approval:
    """Whether people have approved a variant; the last approval or rejection counts."""
    if variant.status is Status.REFUSED:
        return "refused"
    if any(decision.kind == "approve" for decision in archive.decisions.list_(variant=variant.id)):
        return "approved"
    needed = variant.attempt > 0 and waits(policy_of(archive, variant.run), variant.status)
    return "awaiting" if needed else "not needed"


def awaiting(archive: ArchiveStore, run: str, limit: int = 200) -> list[VariantRecord]:
    """The variants of a run that await a person's decision, the best score first."""
    policy = policy_of(archive, run)
    if policy == "none":
        return []
    approved = {one.variant for one in archive.decisions.list_(run=run) if one.kind == "approve"}
    waiting: list[VariantRecord] = []
    for status in (Status.CHAMPION, Status.ACCEPTED, Status.VALID):
        if not waits(policy, status):
            continue
        asked = limit - len(waiting) + len(approved) + 1
        among = archive.variants.list_(run=run, status=status, order="score", limit=asked)
        waiting += [one for one in among if one.attempt > 0 and one.id not in approved]
    return waiting[:limit]


def approve(archive: ArchiveStore, variant: VariantRecord, who: str, why: str = "") -> ReviewDecision:
    """Approve a variant, or withdraw its refusal. Raises `OversightError` if it has no usable source."""
    _has_source(variant)
    return archive.decisions.add(variant.id, "approve", who=decider(who), why=_text(why, variant))


def reject(archive: ArchiveStore, variant: VariantRecord, who: str, why: str) -> ReviewDecision:
    """Reject a variant: it is neither a parent nor applied any longer. The reason reaches the agent."""
    _has_source(variant)
    if variant.attempt == 0:
        raise OversightError(f"variant {variant.id}: is the run's starting source, and stays a parent")
    if not why.strip():
        raise OversightError(f"variant {variant.id}: say why it is rejected; the agent reads the reason")
    return archive.decisions.add(variant.id, "reject", who=decider(who), why=_text(why, variant))


def annotate(archive: ArchiveStore, variant: VariantRecord, who: str, why: str) -> ReviewDecision:
    """Comment on a variant; whoever changes it next reads the comment."""
    _is_variant(variant)
    if not why.strip():
        raise OversightError(f"variant {variant.id}: an annotation needs a text")
    return archive.decisions.add(variant.id, "annotate", who=decider(who), why=_text(why, variant))


def _is_variant(variant: VariantRecord) -> None:
    if variant.status is Status.NO_CHANGE:
        raise OversightError(
            f"variant {variant.id}: is the finding of attempt {variant.attempt}, which changed nothing: "
            "there is nothing to decide"
        )


def _has_source(variant: VariantRecord) -> None:
    _is_variant(variant)
    if variant.status in (Status.GATED_OUT, Status.FAILED) or variant.tree is None:
        raise OversightError(
            f"variant {variant.id}: is {variant.status.value} and can be neither a parent nor applied, "
            "so there is nothing to decide; it can be annotated"
        )


def decider(who: str) -> str:
    """The name that is recorded with a decision. Raises `OversightError` if there is none."""
    if not who.strip():
        raise OversightError("a decision needs a name: who decides?")
    return who.strip()[:200]


def _text(text: str, variant: VariantRecord) -> str:
    if len(text) > REASON_CHARS:
        raise OversightError(
            f"variant {variant.id}: a text of {len(text)} characters; {REASON_CHARS} at most are kept"
        )
    return text.strip()
