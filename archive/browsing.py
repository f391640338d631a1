"""Variants page by page, by what people look for."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Select, func, or_, select

from archive import queries, runs, schema, variants
from archive.types import Status, Variant

_v = schema.variants.c


@dataclass(frozen=True)
class Wanted:
    """What variants are looked for; None is no matter.

    `text` is looked for in ids, operators and reasons, whatever its case; `at_least` and `at_most` bound the
    score as it is, whatever its direction.
    """

    run: str | None = None
    status: Status | None = None
    proposer: str | None = None
    text: str | None = None
    at_least: float | None = None
    at_most: float | None = None


def page(
    connection: Connection, wanted: Wanted, order: queries.Order, limit: int, offset: int
) -> Iterator[Variant]:
    query = _chosen(variants.SELECT, connection, wanted)
    query = queries.ordered(query, order, within_run=wanted.run is not None)
    return variants.read(connection, query.limit(limit).offset(offset))


def count(connection: Connection, wanted: Wanted) -> int:
    query = _chosen(select(func.count()).select_from(schema.variants), connection, wanted)
    return int(connection.execute(query).scalar_one())


def _chosen(query: Select[Any], connection: Connection, wanted: Wanted) -> Select[Any]:
    if wanted.run is not None:
        query = query.where(_v.run == runs.row_of(connection, wanted.run).key)
    if wanted.status is not None:
        query = query.where(_v.status == wanted.status.value)
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
