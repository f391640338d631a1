"""The archive: every run, every variant, and the paid steps of unfinished attempts."""

from __future__ import annotations

from pathlib import Path
from types import TracebackType

from pygent.archive import integrity
from pygent.archive.db.database import Database
from pygent.archive.db.transactions import Transactions
from pygent.archive.facades.decision_store import DecisionStore
from pygent.archive.facades.event_store import EventStore
from pygent.archive.facades.hint_store import HintStore
from pygent.archive.facades.journal_store import JournalStore
from pygent.archive.facades.run_store import RunStore
from pygent.archive.facades.text_store import TextStore
from pygent.archive.facades.variant_store import VariantStore
from pygent.archive.tables import search, statistics

DEFAULT_HOME = Path(".pygent")
FILE = "archive.db"


class ArchiveStore:
    """An archive, thread-safe; every method may raise `ArchiveError`.

    Once a writing method has returned, its record survives the process (kill -9); a method that raised left
    nothing behind. A power cut may undo the last seconds (see docs/explanation/archive.md).
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._transactions = Transactions(database)
        self.runs = RunStore(self._transactions)
        self.variants = VariantStore(self._transactions)
        self.decisions = DecisionStore(self._transactions)
        self.hints = HintStore(self._transactions)
        self.events = EventStore(self._transactions)
        self.journal = JournalStore(self._transactions)
        self.texts = TextStore(self._transactions)
        self.browse = search.Browser(self._transactions.read)

    @classmethod
    def open(
        cls, home: Path = DEFAULT_HOME, *, create: bool = True, read_only: bool = False, url: str = ""
    ) -> ArchiveStore:
        """Open the archive in `home`, or at a SQLAlchemy `url`, upgraded to the newest version."""
        return cls(Database(home / FILE, url=url, create=create, read_only=read_only))

    def close(self) -> None:
        self._database.close()

    def __enter__(self) -> ArchiveStore:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def stats(self, run: str | None = None) -> statistics.Stats:
        return self._transactions.read(lambda connection: statistics.stats(connection, run))

    def verify(self) -> list[str]:
        """Read everything and return one line for each inconsistency."""
        return integrity.verify(self._database)
