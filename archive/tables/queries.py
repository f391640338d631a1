"""Queries about variants and their ancestry."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Literal

from sqlalchemy import ColumnElement, Connection, Row, Select, and_, bindparam, select

from pygent.archive.blobs.codec import unpack_json
from pygent.archive.db import schema
from pygent.archive.records import ArchiveError, IndexEntry, Record, Status, VariantRecord
from pygent.archive.tables import run_rows, variant_rows

Order = Literal["attempt", "newest", "score"]
_v = schema.variants.c
_p = schema.parents.c
# Evidence comes first: a champion's score is confirmed, that of a valid variant is partly luck.
_ROW = select(_v.key, _v.tree, _v.run).where(_v.id == bindparam("wanted"))
_r = schema.records.c


def _records(*of: ColumnElement[bool]) -> Select[Any]:
    """The records of a variant, with its run's vocabulary: one row without a record if there is none."""
    return (
        select(_r.kind, _r.data, schema.runs.c.vocabulary)
        .select_from(schema.variants)
        .join(schema.runs, schema.runs.c.key == _v.run)
        .join(schema.records, and_(_r.variant == _v.key, *of), isouter=True)
        .where(_v.id == bindparam("wanted"))
        .order_by(_r.key)
    )


def _latest(*of: ColumnElement[bool]) -> Select[Any]:
    """The attempts on a variant that were committed last."""
    below = (
        select(_p.child).join(schema.variants, _v.key == _p.parent).where(_v.id == bindparam("wanted"), *of)
    )
    latest = below.order_by(_p.child.desc()).limit(bindparam("most"))
    return variant_rows.SELECT.where(_v.key.in_(latest)).order_by(_v.key.desc())


_until = schema.variants.alias("until")
_LATEST = _latest()
_LATEST_UNTIL = _latest(
    _p.child <= select(_until.c.key).where(_until.c.id == bindparam("until")).scalar_subquery()
)
_RECORDS = _records()
_RECORDS_OF_KIND = _records(_r.kind == bindparam("kind"))
STANDING = (Status.CHAMPION, Status.ACCEPTED, Status.VALID)


def get(connection: Connection, id: str) -> VariantRecord:
    variant = variant_rows.one(connection, id)
    if variant is None:
        raise unknown(id)
    return variant


def row_of(connection: Connection, id: str) -> Row[int, int | None, int]:
    row = connection.execute(_ROW, {"wanted": id}).first()
    if row is None:
        raise unknown(id)
    return row


def unknown(id: str) -> ArchiveError:
    return ArchiveError(f"variant {id}: not in the archive; `pygent archive list` lists them")


def find(
    connection: Connection,
    run: str | None,
    target: str | None,
    status: Status | None,
    limit: int | None,
    order: Order,
) -> Iterator[VariantRecord]:
    query = variant_rows.SELECT.where(of_status(status))
    if run is not None:
        query = query.where(_v.run == run_rows.row_of(connection, run).key)
    if target is not None:
        query = query.where(_v.run.in_(select(schema.runs.c.key).where(schema.runs.c.target == target)))
    return variant_rows.read(connection, ordered(query, order, within_run=run is not None).limit(limit))


def of_status(status: Status | None) -> ColumnElement[bool]:
    """Rows of this status; with None, the rows of all variants: every attempt that is not a finding."""
    return _v.status != Status.NO_CHANGE.value if status is None else _v.status == status.value


def attempts(connection: Connection, run: str, after: str | None) -> Iterator[VariantRecord]:
    query = variant_rows.SELECT.where(_v.run == run_rows.row_of(connection, run).key)
    if after is not None:
        query = query.where(_v.key > row_of(connection, after).key)
    return variant_rows.read(connection, query.order_by(_v.key))


def ordered(query: Select[Any], order: Order, within_run: bool) -> Select[Any]:
    place = _v.attempt if within_run else _v.key
    if order == "score":
        return query.order_by(_v.fitness.desc().nulls_last(), place)
    return query.order_by(place.desc() if order == "newest" else place)


def members(connection: Connection, run: str) -> Iterator[IndexEntry]:
    key = run_rows.row_of(connection, run).key
    parent = schema.variants.alias("parent")
    pairs = (
        select(_p.child, parent.c.id)
        .select_from(schema.variants)
        .join(schema.parents, _p.child == _v.key)
        .join(parent, parent.c.key == _p.parent)
        .where(_v.run == key)
        .order_by(_p.child, _p.position)
    )
    query = (
        select(_v.key, _v.id, _v.attempt, schema.trees.c.id, _v.status, _v.score)
        .select_from(schema.variants)
        .join(schema.trees, schema.trees.c.key == _v.tree, isouter=True)
        .where(_v.run == key)
        .order_by(_v.attempt)
    )
    rows = connection.execute(query).all()  # before the links, so that every row has its links
    links: dict[int, tuple[str, ...]] = {}
    for child, id in connection.execute(pairs):
        known = links.get(child)
        links[child] = (id,) if known is None else (*known, id)
    states = {status.value: status for status in Status}
    for number, id, attempt, tree, status, score in rows:
        address = None if tree is None else tree.hex()
        yield IndexEntry(id, attempt, address, states[status], score, links.get(number, ()))


def lineage(connection: Connection, id: str) -> list[VariantRecord]:
    start = row_of(connection, id).key
    line = select(_v.key).where(_v.key == start).cte("line", recursive=True)
    line = line.union(select(_p.parent).join(line, line.c.key == _p.child))
    query = variant_rows.SELECT.where(_v.key.in_(select(line.c.key))).order_by(_v.key)
    return list(variant_rows.read(connection, query))


def children(connection: Connection, id: str) -> list[VariantRecord]:
    below = select(_p.child).where(_p.parent == row_of(connection, id).key)
    query = variant_rows.SELECT.where(_v.key.in_(below), of_status(None)).order_by(_v.key)
    return list(variant_rows.read(connection, query))


def attempts_on(connection: Connection, id: str, limit: int, until: str | None) -> list[VariantRecord]:
    if until is None:
        query, values = _LATEST, {"wanted": id, "most": limit}
    else:
        query, values = _LATEST_UNTIL, {"wanted": id, "most": limit, "until": until}
    return list(variant_rows.read(connection, query, values))


def records(connection: Connection, id: str, kind: str | None) -> list[Record]:
    """A variant's records, all or those of a kind, in the order in which they were added."""
    if kind is None:
        rows = connection.execute(_RECORDS, {"wanted": id}).all()
    else:
        rows = connection.execute(_RECORDS_OF_KIND, {"wanted": id, "kind": kind}).all()
    if not rows:
        raise unknown(id)
    words = variant_rows.open_vocabulary(rows[0].vocabulary)
    return [Record(row.kind, unpack_json(row.data, words)) for row in rows if row.kind is not None]


def best(connection: Connection, run: str) -> VariantRecord | None:
    key = run_rows.row_of(connection, run).key
    for status in STANDING:
        query = variant_rows.SELECT.where(_v.run == key, _v.status == status.value, _v.fitness.is_not(None))
        query = query.order_by(_v.fitness.desc(), _v.attempt).limit(1)
        for variant in variant_rows.read(connection, query):
            return variant
    return None
