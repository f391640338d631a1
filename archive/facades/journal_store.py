"""The journal of an archive: the results that unfinished attempts have paid for."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pygent.archive.blobs import codec
from pygent.archive.db.transactions import Transactions
from pygent.archive.records import ArchiveError
from pygent.archive.tables import journal_rows


class JournalStore:
    """Reads and writes the journal; every method may raise `ArchiveError`."""

    def __init__(self, transactions: Transactions) -> None:
        self._transactions = transactions

    def add(self, run: str, attempt: int, step: str, payload: Mapping[str, Any]) -> None:
        """Keep the result of a step, once per step, until the attempt's variant is added."""
        data = codec.dump(payload)
        with self._transactions.write() as connection:
            known = self._transactions.run(connection, run)
            if known.has_ended(attempt):
                raise ArchiveError(f"run {run}: attempt {attempt} has ended; its journal is closed")
            journal_rows.remember(connection, known.key, attempt, step, data)

    def get(self, run: str, attempt: int, step: str) -> Mapping[str, Any] | None:
        """The payload that `add` kept; None if there is none."""
        key_of = self._transactions.key_of
        return self._transactions.read(
            lambda connection: journal_rows.recall(connection, key_of(connection, run), attempt, step)
        )

    def pending(self, run: str) -> list[tuple[int, str]]:
        """Every (attempt, step) in the journal: a resumed run does not pay for these again."""
        key_of = self._transactions.key_of
        return self._transactions.read(
            lambda connection: journal_rows.pending(connection, key_of(connection, run))
        )
