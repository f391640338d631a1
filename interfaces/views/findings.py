"""Findings: attempts that ended without a change, with what they found out."""

from __future__ import annotations

from dataclasses import dataclass

from pygent.archive.records import Status, Usage, VariantRecord
from pygent.archive.store import ArchiveStore
from pygent.archive.tables.search import VariantQuery


@dataclass(frozen=True)
class AttemptFinding:
    """The finding of one attempt. `about` is the variant that the attempt was to change."""

    id: str
    run: str
    attempt: int
    about: str
    finding: str
    proposer: str
    operator: str
    created: float
    usage: Usage


@dataclass(frozen=True)
class FindingsPage:
    """A page of findings; `next` is the offset of the next page, None on the last."""

    total: int
    offset: int
    next: int | None
    findings: list[AttemptFinding]


def findings(
    archive: ArchiveStore, run: str | None = None, *, limit: int = 50, offset: int = 0
) -> FindingsPage:
    """Findings of one run, by a unique prefix of its id, or of all; newest first. Raises `ArchiveError`."""
    wanted = VariantQuery(run=archive.runs.find(run) if run else None, status=Status.NO_CHANGE)
    total = archive.browse.count(wanted)
    found = [finding(one) for one in archive.browse.page(wanted, "newest", limit, offset)]
    more = offset + len(found)
    return FindingsPage(total, offset, more if more < total else None, found)


def finding(record: VariantRecord) -> AttemptFinding:
    about = record.parents[0] if record.parents else ""
    return AttemptFinding(
        record.id,
        record.run,
        record.attempt,
        about,
        record.finding,
        record.proposer,
        record.operator,
        record.created,
        record.usage,
    )
