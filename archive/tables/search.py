"""Search variants page by page, and read the part of them that plots need."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NamedTuple, Protocol, TypeVar

from sqlalchemy import Connection, Select, and_, func, or_, select

from pygent.archive.db import schema
from pygent.archive.records import Status, VariantRecord
from pygent.archive.tables import queries, run_rows, variant_rows

_v = schema.variants.c
_p = schema.parents.c
T = TypeVar("T")


@dataclass(frozen=True)
class VariantQuery:
    """The criteria of a search for variants; None matches every one.

    Status `no_change` finds the attempts that ended in a finding instead. `text` is looked for in ids,
    operators and reasons, ignoring case; `at_least` and `at_most` bound raw scores, whatever the direction.
    """

    run: str | None = None
    status: Status | None = None
    proposer: str | None = None
    text: str | None = None
    at_least: float | None = None
    at_most: float | None = None


class Point(NamedTuple):
    """The part of a variant that a plot needs."""

    attempt: int
    id: str
    score: float
    fitness: float
    status: str


class Read(Protocol):
    """Runs a query on a connection of its caller's archive."""

    def __call__(self, question: Callable[[Connection], T], /) -> T: ...


class Browser:
    """Searches an archive; every method may raise `ArchiveError`."""

    def __init__(self, read: Read) -> None:
        self._read = read

    def page(
        self, wanted: VariantQuery, order: queries.Order = "newest", limit: int = 50, offset: int = 0
    ) -> list[VariantRecord]:
        """The matching variants, at most `limit` from `offset` on."""

        def load(connection: Connection) -> list[VariantRecord]:
            query = _chosen(variant_rows.SELECT, connection, wanted)
            query = queries.ordered(query, order, within_run=wanted.run is not None)
            return list(variant_rows.read(connection, query.limit(limit).offset(offset)))

        return self._read(load)

    def count(self, wanted: VariantQuery) -> int:
        """How many variants match."""

        def load(connection: Connection) -> int:
            query = _chosen(select(func.count()).select_from(schema.variants), connection, wanted)
            return int(connection.execute(query).scalar_one())

        return self._read(load)

    def points(self, run: str) -> list[Point]:
        """Every variant of a run that has a score, in the order of attempts."""

        def load(connection: Connection) -> list[Point]:
            key = run_rows.row_of(connection, run).key
            query = select(_v.attempt, _v.id, _v.score, _v.fitness, _v.status)
            query = query.where(_v.run == key, _v.score.is_not(None)).order_by(_v.attempt)
            return [Point(*row) for row in connection.execute(query)]

        return self._read(load)

    def version(self, run: str) -> tuple[int, int]:
        """The run's number of attempts and the latest decision's key: cheap, and new when a page is stale."""

        def load(connection: Connection) -> tuple[int, int]:
            key = run_rows.row_of(connection, run).key
            last = connection.execute(select(func.max(_v.attempt)).where(_v.run == key)).scalar()
            latest = connection.execute(select(func.max(schema.decisions.c.key))).scalar()
            return (-1 if last is None else int(last)) + 1, int(latest or 0)

        return self._read(load)

    def neighbours(self, id: str) -> tuple[str | None, str | None]:
        """The next better and the next worse variant of the same run; None at an end or without a score."""

        def load(connection: Connection) -> tuple[str | None, str | None]:
            query = select(_v.run, _v.fitness, _v.attempt).where(_v.id == id)
            run, fitness, attempt = connection.execute(query).one()
            if fitness is None:
                return None, None
            others = select(_v.id).where(_v.run == run)
            above = (_v.fitness > fitness) | ((_v.fitness == fitness) & (_v.attempt < attempt))
            below = (_v.fitness < fitness) | ((_v.fitness == fitness) & (_v.attempt > attempt))
            better = others.where(above).order_by(_v.fitness, _v.attempt.desc()).limit(1)
            worse = others.where(below).order_by(_v.fitness.desc(), _v.attempt).limit(1)
            return connection.execute(better).scalar(), connection.execute(worse).scalar()

        return self._read(load)

    def children(self, id: str, limit: int, offset: int = 0) -> tuple[list[VariantRecord], int]:
        """Some of a variant's children, the best first, and how many there are in all."""

        def load(connection: Connection) -> tuple[list[VariantRecord], int]:
            below = select(_p.child).where(_p.parent == queries.row_of(connection, id).key)
            mine = and_(_v.key.in_(below), queries.of_status(None))
            total = connection.execute(
                select(func.count()).select_from(schema.variants).where(mine)
            ).scalar_one()
            query = variant_rows.SELECT.where(mine)
            query = query.order_by(_v.fitness.desc().nulls_last(), _v.key).limit(limit).offset(offset)
            return list(variant_rows.read(connection, query)), int(total)

        return self._read(load)


def _chosen(query: Select[Any], connection: Connection, wanted: VariantQuery) -> Select[Any]:
    if wanted.run is not None:
        query = query.where(_v.run == run_rows.row_of(connection, wanted.run).key)
    query = query.where(queries.of_status(wanted.status))
    if wanted.proposer is not None:
        query = query.where(_v.proposer == wanted.proposer)
    if wanted.text:
        like = (column.icontains(wanted.text, autoescape=True) for column in (_v.id, _v.operator, _v.reason))
        query = query.where(or_(*like))
    if wanted.at_least is not None:
        query = query.where(_v.score >= wanted.at_least)
    if wanted.at_most is not None:
        query = query.where(_v.score <= wanted.at_most)
    return query
