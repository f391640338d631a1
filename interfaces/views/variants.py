"""Variants: what is known of one, of several, and of the difference between two.

Ids may be unique prefixes. Every function may raise `ArchiveError`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from pygent.archive.records import ReviewDecision, Status, Variant
from pygent.archive.store import Archive
from pygent.archive.tables.queries import Order
from pygent.evolution.promotion.approvals import approval
from pygent.target_modules.patch.diff.unified import unified
from pygent.target_modules.patch.model.tree import Tree


def variant(archive: Archive, id: str) -> dict[str, Any]:
    """Everything: its row, `records` of its measurements, diffs against each parent, decisions, approval."""
    found = archive.variants.get(archive.variants.find(id))
    changes = {parent: difference(archive, found, archive.variants.get(parent)) for parent in found.parents}
    return row(found) | {
        "records": [
            {"kind": record.kind, "data": dict(record.data)} for record in archive.variants.records(found.id)
        ],
        "diff": next(iter(changes.values()), ""),
        "diffs": changes,
        "approval": approval(archive, found),
        "decisions": [told(decision) for decision in archive.decisions.list_(variant=found.id)],
    }


def rows(
    archive: Archive,
    run: str | None = None,
    status: str | None = None,
    order: Order = "newest",
    limit: int = 50,
) -> list[dict[str, Any]]:
    """Variants of a run or of all, at most `limit`."""
    wanted = archive.runs.find(run) if run is not None else None
    standing = Status(status) if status else None
    return [row(one) for one in archive.variants.list_(run=wanted, status=standing, limit=limit, order=order)]


def row(variant: Variant) -> dict[str, Any]:
    return asdict(variant)


def told(decision: ReviewDecision) -> dict[str, Any]:
    return asdict(decision)


def lineage(archive: Archive, id: str) -> list[dict[str, Any]]:
    """A variant's ancestors, the baseline first and itself last."""
    return [row(one) for one in archive.variants.lineage(archive.variants.find(id))]


def diff(archive: Archive, id: str, against: str = "parent") -> dict[str, Any]:
    """`against` is `parent`, `root` or another variant: `{"variant", "against", "diff"}`, unified."""
    found = archive.variants.get(archive.variants.find(id))
    other = other_of(archive, found, against)
    return {
        "variant": found.id,
        "against": None if other is None else other.id,
        "diff": difference(archive, found, other),
    }


def compare(archive: Archive, one: str, other: str) -> dict[str, Any]:
    """Two variants side by side: their rows, the metrics of both, and the diff from `one` to `other`."""
    first, second = (archive.variants.get(archive.variants.find(id)) for id in (one, other))
    names = dict.fromkeys((*first.metrics, *second.metrics))
    return {
        "one": row(first),
        "other": row(second),
        "metrics": {name: [first.metrics.get(name), second.metrics.get(name)] for name in names},
        "diff": difference(archive, second, first),
    }


def files(archive: Archive, found: Variant | None) -> Mapping[str, str]:
    """A variant's files by path; none where it has no source."""
    return {} if found is None or found.tree is None else archive.variants.files(found.tree)


def difference(archive: Archive, found: Variant, other: Variant | None) -> str:
    """What `found` changed of `other`; '' where one of them has no source."""
    if other is None or other.tree is None or found.tree is None:
        return ""
    return unified(Tree(files(archive, other)), Tree(files(archive, found)))


def other_of(archive: Archive, found: Variant, against: str) -> Variant | None:
    """`parent`, `root` or another variant; None for the parent of a baseline."""
    if against == "parent":
        return archive.variants.get(found.parents[0]) if found.parents else None
    if against == "root":
        return archive.variants.lineage(found.id)[0]
    return archive.variants.get(archive.variants.find(against))
