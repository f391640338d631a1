"""The texts of an archive, addressed by content."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection, bindparam, select

from pygent.archive.blobs.text_blobs import Text, keep
from pygent.archive.db import schema
from pygent.archive.db.transactions import Transactions, address_of
from pygent.archive.records import ArchiveError

_BLOB_KEY = select(schema.blobs.c.key).where(schema.blobs.c.id == bindparam("wanted"))


class TextStore:
    """Reads and writes texts; every method may raise `ArchiveError`."""

    def __init__(self, transactions: Transactions) -> None:
        self._transactions = transactions

    def add(self, texts: Sequence[Text]) -> list[str]:
        """Store texts at once and permanently; returns the address of each, for `get`."""
        with self._transactions.write() as connection:
            return keep(connection, self._transactions.sources.blobs, texts)

    def get(self, address: str) -> str:
        """The text at an address of 64 hex digits."""

        def load(connection: Connection) -> str:
            key = connection.execute(_BLOB_KEY, {"wanted": address_of(address)}).scalar()
            if key is None:
                raise ArchiveError(f"text {address}: not in the archive")
            return self._transactions.sources.blobs.get(connection, key).decode("utf-8", "surrogatepass")

        return self._transactions.read(load)
