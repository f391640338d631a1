"""Search for variants, a page at a time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from pygent.archive.records import VariantRecord
from pygent.archive.store import ArchiveStore
from pygent.archive.tables.queries import Order
from pygent.archive.tables.search import VariantQuery
from pygent.interfaces.views.changes import symbols

LOOKED_AT = 1000  # most variants whose changes are computed to find a symbol


@dataclass(frozen=True)
class Found:
    """A page of variants.

    `total` is None if not all were examined; `next` is the offset of the next page, None on the last.
    """

    total: int | None
    offset: int
    next: int | None
    variants: Sequence[VariantRecord]


def search(
    archive: ArchiveStore,
    wanted: VariantQuery,
    *,
    symbol: str | None = None,
    order: Order = "newest",
    limit: int = 50,
    offset: int = 0,
) -> Found:
    """Find variants. The run of `wanted` may be a unique prefix, and an empty text counts as left out.

    `symbol` keeps variants that changed a symbol, or a file, with that name against their parent. Changes are
    computed variant by variant, so only the first thousand matches of `wanted` are examined.
    """
    wanted = replace(
        wanted,
        run=archive.runs.find(wanted.run) if wanted.run else None,
        proposer=wanted.proposer or None,
        text=wanted.text or None,
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
    return Found(total, offset, offset + len(found) if more else None, found)


def _changing(
    archive: ArchiveStore, among: list[VariantRecord], symbol: str, enough: int
) -> list[VariantRecord]:
    found: list[VariantRecord] = []
    for one in among:
        if any(symbol in name for name in symbols(archive, one)):
            found.append(one)
            if len(found) == enough:
                break
    return found
