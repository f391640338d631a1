"""What people decided about the variants of an archive."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pygent.archive.db.transactions import Transactions
from pygent.archive.records import DecisionKind, ReviewDecision, Status
from pygent.archive.tables import decision_rows


class DecisionStore:
    """Reads and appends decisions; every method may raise `ArchiveError`."""

    def __init__(self, transactions: Transactions) -> None:
        self._transactions = transactions

    def add(
        self,
        variant: str,
        kind: DecisionKind,
        *,
        who: str,
        why: str = "",
        data: Mapping[str, Any] | None = None,
    ) -> ReviewDecision:
        """Append a person's decision about a variant; `decision_rows.add` describes its effects."""
        with self._transactions.write() as connection:
            return decision_rows.add(connection, variant, kind, who, why, data or {})

    def list_(
        self, variant: str | None = None, run: str | None = None, after: int = 0
    ) -> list[ReviewDecision]:
        """Decisions with a key above `after`, oldest first: of one variant, of one run, or all."""
        return self._transactions.read(
            lambda connection: decision_rows.list_(connection, variant, run, after)
        )

    def standing_before(self, variant: str) -> tuple[Status, str]:
        """The status, and the reason for it, that a refused variant had before."""
        return self._transactions.read(lambda connection: decision_rows.before(connection, variant))
