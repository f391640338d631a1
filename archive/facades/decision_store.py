"""What people decided of the variants of an archive."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pygent.archive.db.transactions import Transactions
from pygent.archive.records import DecisionKind, ReviewDecision, Status
from pygent.archive.tables import decision_rows


class DecisionStore:
    """Every method may raise `ArchiveError`."""

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
        """Append what a person decided of a variant; `decision_rows.add` says what follows."""
        with self._transactions.write() as connection:
            return decision_rows.add(connection, variant, kind, who, why, data or {})

    def list_(
        self, variant: str | None = None, run: str | None = None, after: int = 0
    ) -> list[ReviewDecision]:
        """Decisions with a key above `after`, oldest first, of one variant or one run or all."""
        return self._transactions.read(
            lambda connection: decision_rows.list_(connection, variant, run, after)
        )

    def standing_before(self, variant: str) -> tuple[Status, str]:
        """What a refused variant was before it was refused, with the reason of that."""
        return self._transactions.read(lambda connection: decision_rows.before(connection, variant))
