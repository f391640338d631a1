"""In which order the attempts of a run began and were committed."""

from __future__ import annotations

from collections.abc import Sequence

from pygent.archive.db.transactions import Transactions
from pygent.archive.records import ArchiveError, Event, EventKind
from pygent.archive.tables import event_rows


class EventStore:
    """Reads and appends events; every method may raise `ArchiveError`."""

    def __init__(self, transactions: Transactions) -> None:
        self._transactions = transactions

    def add(self, run: str, events: Sequence[Event]) -> None:
        """Append events to a run; commits come with their variants (`VariantStore.add`).

        Attempts begin in the order of their numbers, each once.
        """
        if any(event.kind is EventKind.COMMIT for event in events):
            raise ArchiveError(f"run {run}: a commit is recorded with its variant")
        with self._transactions.write() as connection:
            self._transactions.append(connection, self._transactions.run(connection, run), events)

    def list_(self, run: str) -> list[Event]:
        """The events of a run, in order; those of its attempts that an older version made are not there."""
        key_of = self._transactions.key_of
        return self._transactions.read(
            lambda connection: list(event_rows.list_(connection, key_of(connection, run)))
        )
