"""Figures about a run or the whole archive."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import Connection, func, select, text

from pygent.archive.db import schema
from pygent.archive.records import PARENTS, STATUSES, Status, Usage
from pygent.archive.tables import run_rows

REASONS = 100  # only the commonest reasons are counted separately
_BETTER = (Status.ACCEPTED, Status.CHAMPION)


@dataclass(frozen=True)
class Yield:
    """The yield of a proposer or an operator: how many attempts can be parents, how many were better."""

    tried: int = 0
    valid: int = 0
    accepted: int = 0

    def __add__(self, other: Yield) -> Yield:
        return Yield(self.tried + other.tried, self.valid + other.valid, self.accepted + other.accepted)


@dataclass(frozen=True)
class Stats:
    """Figures about one run or all runs.

    An attempt makes a variant or ends in a finding; `variants`, `statuses` and `reasons` leave `findings`
    out, `proposers`, `operators` and `usage` count them. `reasons` counts those of variants that cannot be
    parents; `seconds` is the sum over variants. `bytes` and `bytes_per_variant` always concern the whole
    database.
    """

    variants: int
    statuses: Mapping[str, int]
    reasons: Mapping[str, int]
    proposers: Mapping[str, Yield]
    operators: Mapping[str, Yield]
    usage: Usage
    seconds: float
    trees: int
    bytes: int
    bytes_per_variant: float
    findings: int = 0

    @property
    def attempts(self) -> int:
        return self.variants + self.findings


def stats(connection: Connection, run: str | None) -> Stats:
    v = schema.variants.c
    mine = v.run == run_rows.row_of(connection, run).key if run is not None else v.key.is_not(None)
    tokens = (v.calls, v.prompt_tokens, v.cached_tokens, v.completion_tokens, v.dollars)
    groups = (v.status, v.proposer, v.operator)
    query = select(*groups, func.count(), func.sum(v.seconds), *map(func.sum, tokens))
    count, seconds, usage = 0, 0.0, Usage()
    counts = dict.fromkeys((status.value for status in (*STATUSES, Status.NO_CHANGE)), 0)
    proposers: dict[str, Yield] = {}
    operators: dict[str, Yield] = {}
    for status, proposer, operator, n, took, *spent in connection.execute(
        query.where(mine).group_by(*groups)
    ):
        count, seconds, usage = count + n, seconds + took, usage + Usage(*spent)
        counts[status] = counts.get(status, 0) + n
        outcome = Yield(n, n if status in PARENTS else 0, n if status in _BETTER else 0)
        proposers[proposer] = proposers.get(proposer, Yield()) + outcome
        operators[operator] = operators.get(operator, Yield()) + outcome
    findings = counts.pop(Status.NO_CHANGE)
    lost = v.status.not_in([status.value for status in (*PARENTS, Status.NO_CHANGE)])
    often = func.count().label("often")
    why = select(v.reason, often).where(mine, lost).group_by(v.reason).order_by(often.desc(), v.reason)
    reasons = {row.reason: int(row.often) for row in connection.execute(why.limit(REASONS))}
    trees = connection.execute(select(func.count(func.distinct(v.tree))).where(mine)).scalar_one()
    size = _size(connection)
    everything = connection.execute(select(func.count()).select_from(schema.variants)).scalar_one()
    per_variant = size / everything if everything else 0.0
    variants = count - findings
    return Stats(
        variants, counts, reasons, proposers, operators, usage, seconds, trees, size, per_variant, findings
    )


def _size(connection: Connection) -> int:
    """Bytes in use, without free pages."""
    if connection.dialect.name == "sqlite":
        pages, free, size = (
            int(connection.execute(text(f"PRAGMA {name}")).scalar_one())
            for name in ("page_count", "freelist_count", "page_size")
        )
        return (pages - free) * size
    return int(connection.execute(text("SELECT pg_database_size(current_database())")).scalar_one())
