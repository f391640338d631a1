"""Read the whole archive and report every inconsistency."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence, Set

from sqlalchemy import Connection, Table, func, select, text

from pygent.archive.blobs.blob_store import CHAIN, Blobs, address, tree_address
from pygent.archive.blobs.codec import CodecError, unpack_json
from pygent.archive.blobs.sources import Sources
from pygent.archive.db import schema
from pygent.archive.db.database import Database
from pygent.archive.records import ArchiveError, EventKind
from pygent.archive.tables import hint_rows, variant_rows

_v = schema.variants.c
PAGE = 1000


def verify(database: Database) -> list[str]:
    """One line per problem; empty if there is none."""
    problems: list[str] = []
    for check in (_engine, _blobs, _trees, _attempts, _parents, _documents, _hints, _journal):
        try:
            with database.read() as connection:
                problems.extend(check(connection))
        except ArchiveError as error:
            problems.append(f"{check.__name__.strip('_')}: cannot be read further: {error}")
    return problems


def _engine(connection: Connection) -> Iterator[str]:
    if connection.dialect.name != "sqlite":
        return
    for (line,) in connection.execute(text("PRAGMA integrity_check(20)")):
        if line != "ok":
            yield f"database: {line}"
    for table, row, other, _ in connection.execute(text("PRAGMA foreign_key_check")):
        yield f"database: row {row} of {table} points to a missing row of {other}"


def _blobs(connection: Connection) -> Iterator[str]:
    blobs = Blobs(schema.blobs)
    for key, id in _addresses(connection, schema.blobs):
        try:
            if address(blobs.get(connection, key)) != id:
                yield f"blob {key}: its content does not hash to its address {id.hex()[:12]}"
        except CodecError as error:
            yield f"blob {key} ({id.hex()[:12]}): does not decode: {error}"
    for table in (schema.blobs, schema.trees):
        base = table.alias("base")
        chained = select(table.c.key).join(base, base.c.key == table.c.base)
        wrong = chained.where((table.c.depth != base.c.depth + 1) | (table.c.depth > CHAIN))
        for key in connection.execute(wrong).scalars():
            yield f"{table.name} {key}: wrong place in its chain"


def _trees(connection: Connection) -> Iterator[str]:
    sources = Sources()
    for key, id in _addresses(connection, schema.trees):
        try:
            if tree_address(sources.contents(connection, key)) != id:
                yield f"tree {key}: its files do not hash to its address {id.hex()[:12]}"
        except CodecError as error:
            yield f"tree {key} ({id.hex()[:12]}): incomplete: {error}"


def _addresses(connection: Connection, table: Table) -> Iterator[tuple[int, bytes]]:
    query = select(table.c.key, table.c.id).order_by(table.c.key)
    for row in connection.execute(query.execution_options(yield_per=PAGE)):
        yield row.key, row.id


def _attempts(connection: Connection) -> Iterator[str]:
    """Every attempt of a run is there once, unless it has begun and is not committed."""
    for key, run in connection.execute(select(schema.runs.c.key, schema.runs.c.id)).all():
        rows = connection.execute(select(_v.attempt).where(_v.run == key).order_by(_v.key)).scalars().all()
        committed, ended = set(rows), set(_numbers(connection, key, EventKind.COMMIT))
        if len(rows) != len(committed):
            yield f"run {run}: {len(rows) - len(committed)} attempts are there more than once"
        begun = set(_numbers(connection, key, EventKind.BEGIN))
        top = max(committed | begun, default=-1)
        lost = set(range(top + 1)) - committed - (begun - ended)
        if lost:
            yield f"run {run}: {len(lost)} of its {top + 1} attempts are missing"
        yield from _order(connection, key, run, rows, begun)


def _order(connection: Connection, key: int, run: str, rows: Sequence[int], begun: Set[int]) -> Iterator[str]:
    """The places of events have no gaps, and the commits are those of the variants, in their order.

    Variants of older versions have no events.
    """
    place = schema.events.c.place
    count, last = connection.execute(
        select(func.count(), func.max(place)).where(schema.events.c.run == key)
    ).one()
    if count and last != count - 1:
        yield f"run {run}: {last + 1 - count} of its {last + 1} events are missing"
    commits = _numbers(connection, key, EventKind.COMMIT)
    if [number for number in commits if number in rows] != [number for number in rows if number in begun]:
        yield f"run {run}: the order of its commits is not that of its variants"


def _numbers(connection: Connection, run: int, kind: EventKind) -> list[int]:
    e = schema.events.c
    query = select(e.number).where(e.run == run, e.kind == kind.value)
    return list(connection.execute(query.order_by(e.place)).scalars())


def _parents(connection: Connection) -> Iterator[str]:
    link, parent = schema.parents.c, schema.variants.alias("parent")
    query = (
        select(_v.id, parent.c.id)
        .select_from(schema.parents)
        .join(schema.variants, _v.key == link.child)
        .join(parent, parent.c.key == link.parent, isouter=True)
        .where(parent.c.key.is_(None) | (link.parent >= link.child))
    )
    for child, found in connection.execute(query):
        yield f"variant {child}: its parent {'is missing' if found is None else f'{found} is not earlier'}"
    lost = select(_v.id).join(schema.trees, schema.trees.c.key == _v.tree, isouter=True)
    for id in connection.execute(lost.where(_v.tree.is_not(None), schema.trees.c.key.is_(None))).scalars():
        yield f"variant {id}: its tree is missing"


def _documents(connection: Connection) -> Iterator[str]:
    words: dict[int, bytes | None] = {}
    for key, id, vocabulary in connection.execute(
        select(schema.runs.c.key, schema.runs.c.id, schema.runs.c.vocabulary)
    ):
        try:
            words[key] = variant_rows.open_vocabulary(vocabulary)
        except CodecError as error:
            yield f"run {id}: its vocabulary does not decode: {error}"
    measured = select(_v.id, _v.run, schema.records.c.data).join(
        schema.records, schema.records.c.variant == _v.key
    )
    for what, query in (("details", select(_v.id, _v.run, _v.data)), ("a record", measured)):
        for id, run, data in connection.execute(query.execution_options(yield_per=PAGE)):
            try:
                unpack_json(data, words.get(run))
            except CodecError as error:
                yield f"variant {id}: {what} cannot be read: {error}"


def _hints(connection: Connection) -> Iterator[str]:
    h = schema.hints.c
    rows = connection.execute(
        select(schema.runs.c.id, h.number, h.kind).join(schema.runs, schema.runs.c.key == h.run)
    )
    given: defaultdict[str, set[int]] = defaultdict(set)
    withdrawn: list[tuple[str, int]] = []
    for run, number, kind in rows:
        if kind == hint_rows.GIVEN:
            given[run].add(number)
        else:
            withdrawn.append((run, number))
    for run, numbers in given.items():
        if lost := max(numbers) - len(numbers):
            yield f"run {run}: {lost} of its {max(numbers)} hints are missing"
    for run, number in withdrawn:
        if number not in given[run]:
            yield f"run {run}: its hint {number} is withdrawn, but was never given"


def _journal(connection: Connection) -> Iterator[str]:
    j = schema.journal.c
    ended = (_v.run == j.run) & (_v.attempt == j.attempt)
    query = (
        select(schema.runs.c.id, j.attempt, j.step, j.data, _v.id)
        .select_from(schema.journal)
        .join(schema.runs, schema.runs.c.key == j.run)
        .join(schema.variants, ended, isouter=True)
    )
    for run, attempt, step, data, variant in connection.execute(query):
        place = f"run {run}: journal of attempt {attempt}, step {step}"
        if variant is not None:
            yield f"{place}: is still there, though the attempt has ended"
        try:
            unpack_json(data)
        except CodecError as error:
            yield f"{place}: cannot be read: {error}"
