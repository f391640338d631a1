"""A run's lineage, as much of it as can be looked at: more on demand, a page of children at a time."""

from __future__ import annotations

from typing import Any

from pygent.archive.records import Status, Variant
from pygent.archive.store import Archive
from pygent.archive.tables.search import Wanted

CHILDREN = 12  # of one variant, at a time
CHAMPIONS = 5  # whose ways are shown at first, the latest


def graph(archive: Archive, run: str) -> dict[str, Any]:
    """The ways to the best variant and the latest champions: `{"nodes", "edges"}`.

    A node is `{"id", "label", "status", "score", "attempt", "children", "more"}`: `children` counts all it
    has, `more` says how many of them are not shown.
    """
    record = archive.runs.get(archive.runs.find(run))
    wanted = Wanted(run=record.id, status=Status.CHAMPION)
    champions = archive.browse.page(wanted, "newest", CHAMPIONS)
    best = archive.variants.best(record.id)
    ends = [*champions, *([best] if best is not None else [])]
    if not ends:
        ends = list(archive.variants.list_(run=record.id, limit=1))
    shown: dict[str, Variant] = {}
    for end in ends:
        shown |= {one.id: one for one in archive.variants.lineage(end.id)}
    return _drawn(archive, shown, set(shown))


def children(archive: Archive, id: str, offset: int = 0) -> dict[str, Any]:
    """A page of a variant's children, the best first, as `graph` gives them, and `next` to go on with."""
    parent = archive.variants.find(id)
    found, total = archive.browse.children(parent, CHILDREN, offset)
    drawn = _drawn(archive, {one.id: one for one in found}, {parent, *(one.id for one in found)})
    after = offset + len(found)
    return drawn | {"parent": parent, "total": total, "next": after if after < total else None}


def _drawn(archive: Archive, variants: dict[str, Variant], known: set[str]) -> dict[str, Any]:
    nodes = []
    for one in variants.values():
        _, total = archive.browse.children(one.id, 0)
        shown = sum(one.id in other.parents for other in variants.values())
        nodes.append(
            {
                "id": one.id,
                "label": one.id[:6],
                "status": one.status.value,
                "score": one.score,
                "attempt": one.attempt,
                "children": total,
                "more": total - shown,
            }
        )
    edges = [
        {"source": parent, "target": one.id}
        for one in variants.values()
        for parent in one.parents
        if parent in known
    ]
    return {"nodes": nodes, "edges": edges}
