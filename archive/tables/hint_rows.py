"""Hints and their withdrawals: appended, never changed (a database trigger enforces it)."""

from __future__ import annotations

import time

from sqlalchemy import Connection, bindparam, insert, select

from pygent.archive.db import schema
from pygent.archive.records import ArchiveError, Hint, Withdrawal
from pygent.archive.tables import run_rows, variant_rows

GIVEN, WITHDRAWN = "given", "withdrawn"  # what a row records
_h = schema.hints.c
_OF_RUN = (  # one row without a hint if the run has none
    select(schema.hints)
    .select_from(schema.runs)
    .join(schema.hints, _h.run == schema.runs.c.key, isouter=True)
    .where(schema.runs.c.id == bindparam("wanted"))
    .order_by(_h.number)
)


def add(connection: Connection, run: str, text: str, who: str) -> Hint:
    number = max((one.number for one in list_(connection, run)), default=0) + 1
    _append(connection, run, number, GIVEN, who, text)
    return _one(connection, run, number)


def remove(connection: Connection, run: str, number: int, who: str) -> Hint:
    found = _one(connection, run, number)
    if found.withdrawn is not None:
        raise ArchiveError(f"hint {number} of run {run}: was withdrawn before, by {found.withdrawn.who}")
    _append(connection, run, number, WITHDRAWN, who, "")
    return _one(connection, run, number)


def list_(connection: Connection, run: str) -> list[Hint]:
    rows = connection.execute(_OF_RUN, {"wanted": run}).all()
    if not rows:
        raise run_rows.unknown(run)
    withdrawn = {row.number: Withdrawal(row.who, row.at) for row in rows if row.kind == WITHDRAWN}
    return [
        Hint(run, row.number, row.text, row.who, row.at, withdrawn.get(row.number))
        for row in rows
        if row.kind == GIVEN
    ]


def _one(connection: Connection, run: str, number: int) -> Hint:
    for hint in list_(connection, run):
        if hint.number == number:
            return hint
    raise ArchiveError(f"hint {number} of run {run}: there is none; `pygent hint {run}` lists them")


def _append(connection: Connection, run: str, number: int, kind: str, who: str, text: str) -> None:
    values = {
        "run": run_rows.row_of(connection, run).key,
        "number": number,
        "kind": kind,
        "who": variant_rows.storable(who),
        "at": time.time(),
        "text": variant_rows.storable(text),
    }
    connection.execute(insert(schema.hints), values)
