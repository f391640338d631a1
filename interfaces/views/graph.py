"""A run's lineage as a graph: the main paths first, more on demand, a page of children at a time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from pygent.archive.records import Status, VariantRecord
from pygent.archive.store import ArchiveStore
from pygent.archive.tables.search import VariantQuery

CHILDREN = 12  # per page
CHAMPIONS = 5  # latest champions whose paths are shown at first


@dataclass(frozen=True)
class Node:
    """A variant. `children` counts all its children, `more` those that are not shown."""

    id: str
    label: str
    status: str
    score: float | None
    attempt: int
    children: int
    more: int


@dataclass(frozen=True)
class Edge:
    """A link from a parent to its child."""

    source: str
    target: str


@dataclass(frozen=True)
class Graph:
    """The lineage of variants as nodes and edges."""

    nodes: Sequence[Node]
    edges: Sequence[Edge]


@dataclass(frozen=True)
class Children(Graph):
    """A page of a variant's children. `next` is the offset of the page after it, None on the last."""

    parent: str
    total: int
    next: int | None


def graph(archive: ArchiveStore, run: str) -> Graph:
    """The paths to the best variant and the latest champions."""
    record = archive.runs.get(archive.runs.find(run))
    wanted = VariantQuery(run=record.id, status=Status.CHAMPION)
    champions = archive.browse.page(wanted, "newest", CHAMPIONS)
    best = archive.variants.best(record.id)
    ends = [*champions, *([best] if best is not None else [])]
    if not ends:
        ends = list(archive.variants.list_(run=record.id, limit=1))
    shown: dict[str, VariantRecord] = {}
    for end in ends:
        shown |= {one.id: one for one in archive.variants.lineage(end.id)}
    return _drawn(archive, shown, set(shown))


def children(archive: ArchiveStore, id: str, offset: int = 0) -> Children:
    """A page of a variant's children, best first."""
    parent = archive.variants.find(id)
    found, total = archive.browse.children(parent, CHILDREN, offset)
    drawn = _drawn(archive, {one.id: one for one in found}, {parent, *(one.id for one in found)})
    after = offset + len(found)
    return Children(drawn.nodes, drawn.edges, parent, total, after if after < total else None)


def _drawn(archive: ArchiveStore, variants: dict[str, VariantRecord], known: set[str]) -> Graph:
    nodes = []
    for one in variants.values():
        _, total = archive.browse.children(one.id, 0)
        shown = sum(one.id in other.parents for other in variants.values())
        nodes.append(Node(one.id, one.id[:6], one.status.value, one.score, one.attempt, total, total - shown))
    edges = [Edge(parent, one.id) for one in variants.values() for parent in one.parents if parent in known]
    return Graph(nodes, edges)
