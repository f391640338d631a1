"""Variants: everything about one, lists of several, and the difference between two.

Ids may be unique prefixes. Every function may raise `ArchiveError`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pygent.archive.records import Record, ReviewDecision, Status, VariantRecord
from pygent.archive.store import ArchiveStore
from pygent.archive.tables.queries import Order
from pygent.evolution.promotion.approvals import approval
from pygent.target_modules.patch.diff.unified import unified
from pygent.target_modules.patch.model.tree import Tree


@dataclass(frozen=True, kw_only=True)
class WholeVariant(VariantRecord):
    """A variant with `records` of its measurements, its diffs, and the decisions of people.

    `diff` is against the first parent; `diffs` has one for each parent.
    """

    records: Sequence[Record]
    diff: str
    diffs: Mapping[str, str]
    approval: str
    decisions: Sequence[ReviewDecision]


@dataclass(frozen=True)
class Diff:
    """A unified diff of `variant` against another variant; `against` is None for a baseline's parent."""

    variant: str
    against: str | None
    diff: str


@dataclass(frozen=True)
class Comparison:
    """Two variants, their metrics in this order, and the diff from `one` to `other`.

    The metrics in `judged` are judged by a model, not sealed.
    """

    one: VariantRecord
    other: VariantRecord
    metrics: Mapping[str, tuple[float | None, float | None]]
    diff: str
    judged: Sequence[str] = ()


def variant(archive: ArchiveStore, id: str) -> WholeVariant:
    found = archive.variants.get(archive.variants.find(id))
    changes = {parent: difference(archive, found, archive.variants.get(parent)) for parent in found.parents}
    return WholeVariant(
        **vars(found),
        records=archive.variants.records(found.id),
        diff=next(iter(changes.values()), ""),
        diffs=changes,
        approval=approval(archive, found),
        decisions=archive.decisions.list_(variant=found.id),
    )


def rows(
    archive: ArchiveStore,
    run: str | None = None,
    status: str | None = None,
    order: Order = "newest",
    limit: int = 50,
) -> list[VariantRecord]:
    """At most `limit` variants of one run, or of all runs."""
    wanted = archive.runs.find(run) if run is not None else None
    standing = Status(status) if status else None
    return list(archive.variants.list_(run=wanted, status=standing, limit=limit, order=order))


def lineage(archive: ArchiveStore, id: str) -> list[VariantRecord]:
    """A variant's ancestors, the baseline first and itself last."""
    return list(archive.variants.lineage(archive.variants.find(id)))


def diff(archive: ArchiveStore, id: str, against: str = "parent") -> Diff:
    """`against` is `parent`, `root` or another variant."""
    found = archive.variants.get(archive.variants.find(id))
    other = other_of(archive, found, against)
    return Diff(found.id, None if other is None else other.id, difference(archive, found, other))


def compare(archive: ArchiveStore, one: str, other: str) -> Comparison:
    first, second = (archive.variants.get(archive.variants.find(id)) for id in (one, other))
    names = dict.fromkeys((*first.metrics, *second.metrics))
    metrics = {name: (first.metrics.get(name), second.metrics.get(name)) for name in names}
    marked = judged(archive, first, second)
    return Comparison(first, second, metrics, difference(archive, second, first), marked)


def judged(archive: ArchiveStore, *variants: VariantRecord) -> list[str]:
    """The metrics of variants that a model judges, which are not sealed."""
    records = (record for one in variants for record in archive.variants.records(one.id, kind="evaluation"))
    return sorted({name for record in records for name in record.data.get("judged", ())})


def files(archive: ArchiveStore, found: VariantRecord | None) -> Mapping[str, str]:
    """A variant's files by path; none if it has no source."""
    return {} if found is None or found.tree is None else archive.variants.files(found.tree)


def difference(archive: ArchiveStore, found: VariantRecord, other: VariantRecord | None) -> str:
    """The unified diff from `other` to `found`; '' if one of them has no source."""
    if other is None or other.tree is None or found.tree is None:
        return ""
    return unified(Tree(files(archive, other)), Tree(files(archive, found)))


def other_of(archive: ArchiveStore, found: VariantRecord, against: str) -> VariantRecord | None:
    """`parent`, `root` or another variant; None for the parent of a baseline."""
    if against == "parent":
        return archive.variants.get(found.parents[0]) if found.parents else None
    if against == "root":
        return archive.variants.lineage(found.id)[0]
    return archive.variants.get(archive.variants.find(against))
