"""Read and write the database of an archive, and cache facts about its rows."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TypeVar

from sqlalchemy import Connection, func, select

from pygent.archive.blobs import codec
from pygent.archive.blobs.sources import Sources
from pygent.archive.blobs.weighted_cache import Cache
from pygent.archive.db import schema
from pygent.archive.db.database import Database
from pygent.archive.records import ArchiveError, Direction, Event, EventKind, VariantRecord
from pygent.archive.tables import event_rows, queries, run_rows, variant_rows

T = TypeVar("T")


@dataclass
class KnownRun:
    """A run's row as the writer caches it."""

    key: int
    target: str
    direction: Direction
    begun: set[int]  # attempts that are not committed yet
    next: int  # the first attempt that has not begun
    events: int  # how many are recorded
    vocabulary: bytes | None

    def has_ended(self, attempt: int) -> bool:
        return attempt < self.next and attempt not in self.begun

    def note(self, event: Event) -> None:
        """Raises `ArchiveError` if an attempt begins or ends out of turn."""
        self.events += 1
        if event.kind is EventKind.BEGIN:
            if event.number < self.next:
                raise ArchiveError(f"attempt {event.number}: has begun already")
            self.next = event.number + 1
            self.begun.add(event.number)
        elif event.kind is EventKind.COMMIT:
            self.begun.discard(event.number)


class Transactions:
    """Transactions and caches that the parts of an archive share; thread-safe."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.sources = Sources()
        self._runs: dict[str, KnownRun] = {}
        self._variants: Cache[str, tuple[int, int | None]] = Cache(1 << 16)  # its key and its tree's

    @contextmanager
    def write(self) -> Iterator[Connection]:
        with self.database.lock:
            try:
                with self.database.write() as connection:
                    yield connection
            except BaseException:  # the caches hold rows that the database does not
                self.sources.forget()
                self._runs.clear()
                self._variants.clear()
                raise

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        try:
            with self.database.read() as connection:
                yield connection
        except codec.CodecError as error:
            raise ArchiveError(
                f"{self.database.where}: damaged ({error}); `pygent archive verify` lists what is wrong"
            ) from None

    def read(self, question: Callable[[Connection], T]) -> T:
        with self.reading() as connection:
            return question(connection)

    def key_of(self, connection: Connection, run: str) -> int:
        known = self._runs.get(run)
        return known.key if known is not None else int(run_rows.row_of(connection, run).key)

    def run(self, connection: Connection, id: str) -> KnownRun:
        """The cached row of a run. Only for the writer, which keeps count of its attempts."""
        known = self._runs.get(id)
        if known is None:
            row = run_rows.row_of(connection, id)
            vocabulary = variant_rows.open_vocabulary(row.vocabulary)
            known = KnownRun(row.key, row.target, row.direction, set(), 0, 0, vocabulary)
            query = select(func.max(schema.variants.c.attempt)).where(schema.variants.c.run == row.key)
            latest = connection.execute(query).scalar()
            for event in event_rows.list_(connection, row.key):
                known.note(event)
            known.next = max(known.next, 0 if latest is None else latest + 1)
            self._runs[id] = known
        return known

    def append(self, connection: Connection, run: KnownRun, events: Sequence[Event]) -> None:
        """Append events to a run. Raises `ArchiveError` if an attempt begins or ends out of turn."""
        event_rows.append(connection, run.key, run.events, events)
        for event in events:
            run.note(event)

    def variant(self, connection: Connection, id: str) -> tuple[int, int | None]:
        """The keys of a variant and of its tree. Only for the writer."""
        known = self._variants.get(id)
        if known is None:
            row = queries.row_of(connection, id)
            known = (row.key, row.tree)
            self._variants.put(id, known)
        return known

    def remember(self, variant: str, key: int, tree: int | None) -> None:
        self._variants.put(variant, (key, tree))

    def tree(
        self,
        connection: Connection,
        variant: VariantRecord,
        address: bytes | None,
        content: Mapping[str, bytes] | None,
        parent: int | None,
    ) -> int | None:
        """The key of a variant's tree; a new tree is stored against its parent's."""
        if address is None:
            return None
        if content is not None:
            return self.sources.put(connection, address, content, parent)
        key = self.sources.trees.find(connection, address)
        if key is None:
            raise ArchiveError(f"variant {variant.id}: tree {variant.tree} is new, so its files are needed")
        return key


def address_of(text: str) -> bytes:
    """The 32 bytes of an address in hex. Raises `ArchiveError` for other texts."""
    try:
        return bytes.fromhex(text)
    except ValueError:
        raise ArchiveError(f"{text}: not an address of 64 hex digits") from None
