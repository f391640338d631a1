"""Rows of runs."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Literal, cast

from sqlalchemy import Connection, Row, bindparam, func, insert, select, update
from sqlalchemy.exc import IntegrityError

from pygent.archive.db import schema
from pygent.archive.records import ArchiveError, RunRecord

_RUNS = select(schema.runs)
_RUN = _RUNS.where(schema.runs.c.id == bindparam("wanted"))
MATCHES = 10  # how many candidates are listed if a prefix is ambiguous


def add(connection: Connection, run: RunRecord) -> None:
    if run.direction not in ("min", "max"):
        raise ArchiveError(f"run {run.id}: direction {run.direction!r}: give `min` or `max`")
    row = {
        "id": run.id,
        "target": run.target,
        "direction": run.direction,
        "config": _dump(run.config),
        "created": run.created,
        "state": run.state,
        "wish": run.requested_state,
        "stopped_by": run.stopped_by,
        "seconds": run.seconds,
        "summary": None if run.summary is None else _dump(run.summary),
        "health": None if run.health is None else _dump(run.health),
    }
    try:
        connection.execute(insert(schema.runs), row)
    except IntegrityError:
        raise ArchiveError(f"run {run.id}: is in the archive already") from None


def get(connection: Connection, id: str) -> RunRecord:
    return _record(row_of(connection, id))


def row_of(connection: Connection, id: str) -> Row[Any]:
    row = connection.execute(_RUN, {"wanted": id}).first()
    if row is None:
        raise unknown(id)
    return row


def unknown(id: str) -> ArchiveError:
    return ArchiveError(f"run {id}: not in the archive; `pygent runs` lists them")


def list_(connection: Connection) -> list[RunRecord]:
    rows = connection.execute(_RUNS.order_by(schema.runs.c.created, schema.runs.c.key))
    return [_record(row) for row in rows]


def change(connection: Connection, id: str, fields: Mapping[str, Any]) -> None:
    values = dict(fields)
    for name in ("summary", "config", "health"):
        if name in values:
            values[name] = _dump(values[name])
    found = connection.execute(update(schema.runs).where(schema.runs.c.id == id).values(**values))
    if found.rowcount == 0:
        raise unknown(id)


def find(connection: Connection, kind: Literal["run", "variant"], prefix: str) -> str:
    """The only id that equals `prefix` or starts with it."""
    table = schema.runs if kind == "run" else schema.variants
    if connection.execute(select(table.c.key).where(table.c.id == prefix)).first() is not None:
        return prefix
    starts = func.substr(table.c.id, 1, len(prefix)) == prefix
    query = select(table.c.id).where(starts).order_by(table.c.id).limit(MATCHES + 1)
    ids = list(connection.execute(query).scalars())
    if not ids:
        listing = "`pygent runs`" if kind == "run" else "`pygent archive list`"
        raise ArchiveError(f"{kind} {prefix}: not in the archive; {listing} lists them")
    if len(ids) > 1:
        candidates = ", ".join(ids[:MATCHES]) + (", ..." if len(ids) > MATCHES else "")
        raise ArchiveError(f"{kind} {prefix}: could be any of {candidates}; give more of the id")
    return cast(str, ids[0])


def _record(row: Row[Any]) -> RunRecord:
    return RunRecord(
        id=row.id,
        target=row.target,
        config=json.loads(row.config),
        created=row.created,
        direction=row.direction,
        state=row.state,
        requested_state=row.wish,
        stopped_by=row.stopped_by,
        seconds=row.seconds,
        summary=None if row.summary is None else json.loads(row.summary),
        health=None if row.health is None else json.loads(row.health),
    )


def _dump(value: Mapping[str, Any]) -> str:
    return json.dumps(value, separators=(",", ":"))
