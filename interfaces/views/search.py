"""Variants that somebody looks for, a page at a time."""

from __future__ import annotations

from typing import Any

from pygent.archive.records import Status, Variant
from pygent.archive.store import Archive
from pygent.archive.tables.queries import Order
from pygent.archive.tables.search import Wanted
from pygent.interfaces.views.changes import symbols
from pygent.interfaces.views.variants import row

LOOKED_AT = 1000  # variants whose changes are worked out in search of a symbol


def search(
    archive: Archive,
    *,
    run: str | None = None,
    status: str | None = None,
    proposer: str | None = None,
    text: str | None = None,
    symbol: str | None = None,
    at_least: float | None = None,
    at_most: float | None = None,
    order: Order = "newest",
    limit: int = 50,
    offset: int = 0,
) -> dict[str, Any]:
    """`{"total", "offset", "variants"}`; `next` is the offset of the next page, None on the last.

    `symbol` keeps those that changed a symbol of that name (or in a file of that name) against their parent.
    It is worked out variant by variant, so that only the first thousand of the rest are looked at:
    `total` is None then.
    """
    wanted = Wanted(
        run=archive.runs.find(run) if run else None,
        status=Status(status) if status else None,
        proposer=proposer or None,
        text=text or None,
        at_least=at_least,
        at_most=at_most,
    )
    if symbol:
        looked_at = archive.browse.page(wanted, order, LOOKED_AT)
        found = _changing(archive, looked_at, symbol, offset + limit + 1)[offset:]
        more, found = len(found) > limit, found[:limit]
        total = None
    else:
        total = archive.browse.count(wanted)
        found = archive.browse.page(wanted, order, limit, offset)
        more = offset + len(found) < total
    return {
        "total": total,
        "offset": offset,
        "next": offset + len(found) if more else None,
        "variants": [row(one) for one in found],
    }


def _changing(archive: Archive, among: list[Variant], symbol: str, enough: int) -> list[Variant]:
    found: list[Variant] = []
    for one in among:
        if any(symbol in name for name in symbols(archive, one)):
            found.append(one)
            if len(found) == enough:
                break
    return found
