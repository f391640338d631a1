"""The runs of an archive."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pygent.archive.db.transactions import Transactions
from pygent.archive.records import RunRecord
from pygent.archive.tables import run_rows


class RunStore:
    """Reads and writes runs; every method may raise `ArchiveError`."""

    def __init__(self, transactions: Transactions) -> None:
        self._transactions = transactions

    def add(self, run: RunRecord) -> None:
        with self._transactions.write() as connection:
            run_rows.add(connection, run)

    def get(self, id: str) -> RunRecord:
        return self._transactions.read(lambda connection: run_rows.get(connection, id))

    def list_(self) -> list[RunRecord]:
        """All runs, oldest first."""
        return self._transactions.read(run_rows.list_)

    def find(self, prefix: str) -> str:
        """The id of the only run whose id equals or starts with `prefix`."""
        return self._transactions.read(lambda connection: run_rows.find(connection, "run", prefix))

    def update(
        self,
        id: str,
        *,
        state: str | None = None,
        requested_state: str | None = None,
        stopped_by: str | None = None,
        seconds: float | None = None,
        summary: Mapping[str, Any] | None = None,
        config: Mapping[str, Any] | None = None,
        health: Mapping[str, Any] | None = None,
    ) -> None:
        """Change the fields that are given; a process other than the run's own may do so too."""
        fields = {
            "state": state,
            "wish": requested_state,
            "stopped_by": stopped_by,
            "seconds": seconds,
            "summary": summary,
            "config": config,
            "health": health,
        }
        with self._transactions.write() as connection:
            run_rows.change(
                connection, id, {name: value for name, value in fields.items() if value is not None}
            )
