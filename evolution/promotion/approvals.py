"""What needs a person's yes, and what people said.

A run's policy is `none` (nothing waits), `champions` (a champion is no parent and is not applied before it is
approved) or `all` (nor is any other variant but the baseline).
"""

from __future__ import annotations

from typing import Literal

from pygent.archive.records import PARENTS, ReviewDecision, Status, VariantRecord
from pygent.archive.store import ArchiveStore

Policy = Literal["none", "champions", "all"]
Approval = Literal["approved", "refused", "awaiting", "not needed"]
REASON_CHARS = 2000  # of a reason or an annotation


class OversightError(Exception):
    """A decision that cannot be taken. The text is one line: what, where, what to do."""


def waits(policy: Policy, status: Status) -> bool:
    """Whether a variant of this standing needs an approval. Ask not for baselines, which need none."""
    if status not in PARENTS:
        return False
    return policy == "all" or (policy == "champions" and status is Status.CHAMPION)


def policy_of(archive: ArchiveStore, run: str) -> Policy:
    """Runs of archives before there was oversight have the policy `none`."""
    found: Policy = archive.runs.get(run).config.get("approval", "none")
    return found


def approval(archive: ArchiveStore, variant: VariantRecord) -> Approval:
    """How a variant stands with people; the last approve or reject counts."""
    if variant.status is Status.REFUSED:
        return "refused"
    if any(decision.kind == "approve" for decision in archive.decisions.list_(variant=variant.id)):
        return "approved"
    needed = variant.attempt > 0 and waits(policy_of(archive, variant.run), variant.status)
    return "awaiting" if needed else "not needed"


def awaiting(archive: ArchiveStore, run: str, limit: int = 200) -> list[VariantRecord]:
    """The variants of a run that wait for a person, the best score first."""
    policy = policy_of(archive, run)
    if policy == "none":
        return []
    approved = {one.variant for one in archive.decisions.list_(run=run) if one.kind == "approve"}
    found: list[VariantRecord] = []
    for status in (Status.CHAMPION, Status.ACCEPTED, Status.VALID):
        if not waits(policy, status):
            continue
        asked = limit - len(found) + len(approved) + 1
        among = archive.variants.list_(run=run, status=status, order="score", limit=asked)
        found += [one for one in among if one.attempt > 0 and one.id not in approved]
    return found[:limit]


def approve(archive: ArchiveStore, variant: VariantRecord, who: str, why: str = "") -> ReviewDecision:
    """Also takes a refusal back. Raises `OversightError` for what has no source to stand for."""
    _has_source(variant)
    return archive.decisions.add(variant.id, "approve", who=_name(who), why=_text(why, variant))


def reject(archive: ArchiveStore, variant: VariantRecord, who: str, why: str) -> ReviewDecision:
    """Rule a variant out: it is never a parent again, and is not applied. Its reason reaches the agent."""
    _has_source(variant)
    if variant.attempt == 0:
        raise OversightError(
            f"variant {variant.id}: is the source that the run began with, and stays a parent"
        )
    if not why.strip():
        raise OversightError(f"variant {variant.id}: say why it is rejected; the agent is told")
    return archive.decisions.add(variant.id, "reject", who=_name(who), why=_text(why, variant))


def annotate(archive: ArchiveStore, variant: VariantRecord, who: str, why: str) -> ReviewDecision:
    """Say something of a variant; whoever changes it next is told."""
    if not why.strip():
        raise OversightError(f"variant {variant.id}: an annotation needs a text")
    return archive.decisions.add(variant.id, "annotate", who=_name(who), why=_text(why, variant))


def _has_source(variant: VariantRecord) -> None:
    if variant.status in (Status.GATED_OUT, Status.FAILED) or variant.tree is None:
        raise OversightError(
            f"variant {variant.id}: is {variant.status.value} and can be neither a parent nor applied, "
            "so there is nothing to decide; it can be annotated"
        )


def _name(who: str) -> str:
    if not who.strip():
        raise OversightError("a decision needs a name: who decides?")
    return who.strip()[:200]


def _text(text: str, variant: VariantRecord) -> str:
    if len(text) > REASON_CHARS:
        raise OversightError(
            f"variant {variant.id}: a text of {len(text)} characters; {REASON_CHARS} at most are kept"
        )
    return text.strip()
