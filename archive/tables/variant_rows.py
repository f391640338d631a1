"""Convert `VariantRecord`s to rows of the database and back."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any

from sqlalchemy import Connection, Row, Select, bindparam, insert, select

from pygent.archive.blobs.codec import dump, pack, pack_json, unpack, unpack_json
from pygent.archive.db import schema
from pygent.archive.records import Direction, Record, Status, Usage, VariantRecord

VOCABULARY_BYTES = 16 << 10
PAGE = 500

_INSERT = insert(schema.variants)
_INSERT_PARENT = insert(schema.parents)
_INSERT_RECORD = insert(schema.records)
_parent = schema.variants.alias("parent")
_PARENTS = (
    select(schema.parents.c.child, _parent.c.id)
    .join(_parent, _parent.c.key == schema.parents.c.parent)
    .where(schema.parents.c.child.in_(bindparam("children", expanding=True)))
    .order_by(schema.parents.c.child, schema.parents.c.position)
)

SELECT = (
    select(
        schema.variants,
        schema.runs.c.id.label("run_id"),
        schema.runs.c.target,
        schema.runs.c.vocabulary,
        schema.trees.c.id.label("tree_id"),
    )
    .join(schema.runs, schema.runs.c.key == schema.variants.c.run)
    .join(schema.trees, schema.trees.c.key == schema.variants.c.tree, isouter=True)
)
_ONE = SELECT.where(schema.variants.c.id == bindparam("wanted"))
_PARENTS_OF_ONE = (
    select(_parent.c.id)
    .join(schema.parents, _parent.c.key == schema.parents.c.parent)
    .where(schema.parents.c.child == bindparam("child"))
    .order_by(schema.parents.c.position)
)


def write(
    connection: Connection,
    variant: VariantRecord,
    run: int,
    direction: Direction,
    tree: int | None,
    parents: Sequence[int],
    vocabulary: bytes | None,
) -> int:
    """Insert a variant and the links to its parents; returns its key."""
    score = variant.score if variant.score is not None and not math.isnan(variant.score) else None
    row = {
        "id": variant.id,
        "run": run,
        "attempt": variant.attempt,
        "tree": tree,
        "status": variant.status.value,
        "score": score,
        "fitness": None if score is None else score if direction == "max" else -score,
        "proposer": variant.proposer,
        "operator": storable(variant.operator),
        "generation": variant.generation,
        "created": variant.created,
        "seconds": variant.seconds,
        "calls": variant.usage.calls,
        "prompt_tokens": variant.usage.prompt_tokens,
        "cached_tokens": variant.usage.cached_tokens,
        "completion_tokens": variant.usage.completion_tokens,
        "dollars": variant.usage.dollars,
        "reason": storable(variant.reason),
        "data": pack_json(details(variant), vocabulary),
    }
    result = connection.execute(_INSERT, row).inserted_primary_key
    assert result is not None
    key = int(result[0])
    if parents:
        links = [{"child": key, "position": i, "parent": parent} for i, parent in enumerate(parents)]
        connection.execute(_INSERT_PARENT, links)
    return key


def write_records(
    connection: Connection, key: int, records: Sequence[Record], vocabulary: bytes | None
) -> None:
    if records:
        rows = [{"variant": key, "kind": r.kind, "data": pack_json(r.data, vocabulary)} for r in records]
        connection.execute(_INSERT_RECORD, rows)


def vocabulary(variant: VariantRecord, records: Sequence[Record]) -> bytes:
    """A compression dictionary from a run's first attempt: the keys, metrics and usual values of its JSON."""
    return b"".join(dump(part) for part in (details(variant), *(record.data for record in records)))[
        -VOCABULARY_BYTES:
    ]


def details(variant: VariantRecord) -> dict[str, Any]:
    """The fields that no query uses, which are therefore stored packed."""
    parts: dict[str, Any] = {}
    if variant.metrics:
        parts["metrics"] = dict(variant.metrics)
    if variant.note:
        parts["note"] = variant.note
    if variant.patch is not None:
        parts["patch"] = dict(variant.patch)
    return parts


def storable(text: str) -> str:
    """Text that every database takes: a candidate's output may hold lone surrogates and NUL."""
    if text.isascii() and "\0" not in text:
        return text
    return text.encode("utf-8", "backslashreplace").decode().replace("\0", "\\x00")


def read(
    connection: Connection, query: Select[Any], values: Mapping[str, object] | None = None
) -> Iterator[VariantRecord]:
    """The variants that a query built on `SELECT` finds, in its order, read page by page."""
    result = connection.execute(query, values, execution_options={"yield_per": PAGE})
    opened: dict[int, bytes | None] = {}
    for rows in result.partitions():
        links = parents_of(connection, [row.key for row in rows])
        for row in rows:
            if row.run not in opened:
                opened[row.run] = open_vocabulary(row.vocabulary)
            yield _variant(row, links.get(row.key, ()), opened[row.run])


def one(connection: Connection, id: str) -> VariantRecord | None:
    """The variant with this id; None if there is none."""
    row = connection.execute(_ONE, {"wanted": id}).first()
    if row is None:
        return None
    parents = connection.execute(_PARENTS_OF_ONE, {"child": row.key}).scalars()
    return _variant(row, tuple(parents), open_vocabulary(row.vocabulary))


def parents_of(connection: Connection, keys: Sequence[int]) -> dict[int, tuple[str, ...]]:
    links: dict[int, tuple[str, ...]] = {}
    for child, parent in connection.execute(_PARENTS, {"children": keys}):
        links[child] = (*links.get(child, ()), parent)
    return links


def attempts_of(connection: Connection, keys: Sequence[int]) -> tuple[int, ...]:
    """The numbers of the attempts that made these variants."""
    query = select(schema.variants.c.key, schema.variants.c.attempt).where(schema.variants.c.key.in_(keys))
    numbers = {row.key: row.attempt for row in connection.execute(query)} if keys else {}
    return tuple(numbers[key] for key in keys)


def seal_vocabulary(words: bytes) -> bytes:
    return pack(words)


@lru_cache(maxsize=16)  # every read of a record needs that of its run
def open_vocabulary(packed: bytes | None) -> bytes | None:
    return None if packed is None else unpack(packed)


def _variant(row: Row[Any], parents: tuple[str, ...], vocabulary: bytes | None) -> VariantRecord:
    more = unpack_json(row.data, vocabulary)
    return VariantRecord(
        id=row.id,
        run=row.run_id,
        attempt=row.attempt,
        target=row.target,
        parents=parents,
        tree=None if row.tree_id is None else row.tree_id.hex(),
        status=Status(row.status),
        reason=row.reason,
        proposer=row.proposer,
        operator=row.operator,
        generation=row.generation,
        created=row.created,
        score=row.score,
        metrics=more.get("metrics", {}),
        usage=Usage(row.calls, row.prompt_tokens, row.cached_tokens, row.completion_tokens, row.dollars),
        seconds=row.seconds,
        note=more.get("note", ""),
        patch=more.get("patch"),
    )
