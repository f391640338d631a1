"""What people decided about variants: appended, never changed (a database trigger enforces it)."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, insert, select, update

from pygent.archive.db import schema
from pygent.archive.records import ArchiveError, DecisionKind, ReviewDecision, Status
from pygent.archive.tables import queries, run_rows, variant_rows

_d = schema.decisions.c
_KINDS: tuple[DecisionKind, ...] = ("approve", "reject", "annotate", "apply", "rollback")


def add(
    connection: Connection, id: str, kind: DecisionKind, who: str, why: str, data: Mapping[str, Any]
) -> ReviewDecision:
    """Append a decision and change the variant's status accordingly.

    A rejection makes the variant refused and keeps its earlier status in `data`; approving a refused variant
    restores that status.
    """
    if kind not in _KINDS:
        raise ArchiveError(f"variant {id}: a decision is one of {', '.join(_KINDS)}, not {kind!r}")
    row = queries.row_of(connection, id)
    who, why = variant_rows.storable(who), variant_rows.storable(why)
    found = variant_rows.one(connection, id)
    assert found is not None
    if found.status is Status.NO_CHANGE:
        raise ArchiveError(
            f"variant {id}: is no variant but the finding of attempt {found.attempt}, which changed nothing: "
            f"there is nothing to {kind}"
        )
    data = dict(data)
    if kind == "reject" and found.status is not Status.REFUSED:
        data |= {"was": found.status.value, "reason": found.reason}
        _stand(connection, row.key, Status.REFUSED, why)
    elif kind == "approve" and found.status is Status.REFUSED:
        was = before(connection, id)
        _stand(connection, row.key, was[0], was[1])
    when = time.time()
    values = {"variant": row.key, "kind": kind, "who": who, "at": when, "why": why, "data": json.dumps(data)}
    done = connection.execute(insert(schema.decisions), values).inserted_primary_key
    assert done is not None
    return ReviewDecision(int(done[0]), id, kind, who, when, why, data)


def before(connection: Connection, id: str) -> tuple[Status, str]:
    """The status, and the reason for it, that a refused variant had before."""
    for decision in reversed(list_(connection, variant=id)):
        if decision.kind == "reject" and "was" in decision.data:
            return Status(decision.data["was"]), str(decision.data["reason"])
    raise ArchiveError(f"variant {id}: was not refused by a decision of the archive")


def list_(
    connection: Connection, variant: str | None = None, run: str | None = None, after: int = 0
) -> list[ReviewDecision]:
    query = (
        select(schema.decisions, schema.variants.c.id)
        .join(schema.variants, schema.variants.c.key == _d.variant)
        .where(_d.key > after)
    )
    if variant is not None:
        query = query.where(schema.variants.c.id == variant)
    if run is not None:
        query = query.where(schema.variants.c.run == run_rows.row_of(connection, run).key)
    return [
        ReviewDecision(row.key, row.id, row.kind, row.who, row.at, row.why, json.loads(row.data))
        for row in connection.execute(query.order_by(_d.key))
    ]


def _stand(connection: Connection, key: int, status: Status, reason: str) -> None:
    values = {"status": status.value, "reason": reason}
    connection.execute(update(schema.variants).where(schema.variants.c.key == key).values(**values))
