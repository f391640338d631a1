"""The paid steps of unfinished attempts: answers of models, finished evaluations."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, bindparam, delete, insert, select
from sqlalchemy.exc import IntegrityError

from pygent.archive.blobs.codec import FAST, pack, unpack_json
from pygent.archive.db.schema import journal
from pygent.archive.records import ArchiveError

_INSERT = insert(journal)
_DELETE = delete(journal).where(journal.c.run == bindparam("r"), journal.c.attempt == bindparam("a"))
_SELECT = select(journal.c.data).where(
    journal.c.run == bindparam("r"), journal.c.attempt == bindparam("a"), journal.c.step == bindparam("s")
)


def remember(connection: Connection, run: int, attempt: int, step: str, payload: bytes) -> None:
    try:
        row = {"run": run, "attempt": attempt, "step": step, "data": pack(payload, level=FAST)}
        connection.execute(_INSERT, row)
    except IntegrityError:
        raise ArchiveError(f"attempt {attempt}, step {step}: is in the journal already") from None


def recall(connection: Connection, run: int, attempt: int, step: str) -> Mapping[str, Any] | None:
    data = connection.execute(_SELECT, {"r": run, "a": attempt, "s": step}).scalar()
    return None if data is None else unpack_json(data)


def pending(connection: Connection, run: int) -> list[tuple[int, str]]:
    query = select(journal.c.attempt, journal.c.step).where(journal.c.run == run)
    rows = connection.execute(query.order_by(journal.c.attempt, journal.c.step))
    return [(row.attempt, row.step) for row in rows]


def forget(connection: Connection, run: int, attempt: int) -> None:
    connection.execute(_DELETE, {"r": run, "a": attempt})
