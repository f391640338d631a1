"""What people said to the runs of an archive."""

from __future__ import annotations

from pygent.archive.db.transactions import Transactions
from pygent.archive.records import Hint
from pygent.archive.tables import hint_rows


class HintStore:
    """Reads and appends hints; every method may raise `ArchiveError`."""

    def __init__(self, transactions: Transactions) -> None:
        self._transactions = transactions

    def add(self, run: str, text: str, *, who: str) -> Hint:
        """Append a hint to a run."""
        with self._transactions.write() as connection:
            return hint_rows.add(connection, run, text, who)

    def remove(self, run: str, number: int, *, who: str) -> Hint:
        """Withdraw a hint. It stays in the archive, with who withdrew it and when."""
        with self._transactions.write() as connection:
            return hint_rows.remove(connection, run, number, who)

    def list_(self, run: str) -> list[Hint]:
        """The hints of a run by number, withdrawn ones included."""
        return self._transactions.read(lambda connection: hint_rows.list_(connection, run))
