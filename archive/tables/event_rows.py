"""The events of a run, in their order: appended, never changed (a database trigger enforces it)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from sqlalchemy import Connection, bindparam, func, insert, select

from pygent.archive.db import schema
from pygent.archive.records import Event, EventKind

_e = schema.events.c
_INSERT = insert(schema.events)
_OF_RUN = select(_e.kind, _e.number, _e.parents).where(_e.run == bindparam("wanted")).order_by(_e.place)
_COUNT = select(func.count()).where(_e.run == bindparam("wanted"))


def append(connection: Connection, run: int, place: int, events: Sequence[Event]) -> None:
    """`place` is the number of the run's events so far."""
    if events:
        rows = [
            {
                "run": run,
                "place": place + number,
                "kind": event.kind.value,
                "number": event.number,
                "parents": " ".join(map(str, event.parents)),
            }
            for number, event in enumerate(events)
        ]
        connection.execute(_INSERT, rows)


def count(connection: Connection, run: int) -> int:
    return int(connection.execute(_COUNT, {"wanted": run}).scalar_one())


def list_(connection: Connection, run: int) -> Iterator[Event]:
    kinds = {kind.value: kind for kind in EventKind}
    for kind, number, parents in connection.execute(_OF_RUN, {"wanted": run}):
        yield Event(kinds[kind], number, tuple(map(int, parents.split())))
