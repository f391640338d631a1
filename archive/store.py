"""The archive: every run, every variant, and what was paid for on the way to the next one."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, TypeVar

from sqlalchemy import Connection, bindparam, func, select, update
from sqlalchemy.exc import IntegrityError

from pygent.archive import integrity
from pygent.archive.blobs import codec
from pygent.archive.blobs.blob_store import tree_address
from pygent.archive.blobs.sources import Sources
from pygent.archive.blobs.text_store import Text, keep
from pygent.archive.blobs.weighted_cache import Cache
from pygent.archive.db import schema
from pygent.archive.db.database import Database
from pygent.archive.records import (
    ArchiveError,
    DecisionKind,
    Direction,
    IndexEntry,
    Record,
    ReviewDecision,
    RunRecord,
    Status,
    Variant,
)
from pygent.archive.tables import (
    decision_rows,
    journal_rows,
    queries,
    run_rows,
    search,
    statistics,
    variant_rows,
)

DEFAULT_HOME = Path(".pygent")
FILE = "archive.db"
T = TypeVar("T")
_BLOB_KEY = select(schema.blobs.c.key).where(schema.blobs.c.id == bindparam("wanted"))
_TREE_KEY = select(schema.trees.c.key).where(schema.trees.c.id == bindparam("wanted"))


@dataclass
class _Run:
    key: int
    target: str
    direction: Direction
    attempts: int
    vocabulary: bytes | None


class Archive:
    """Thread-safe. Every method may raise `ArchiveError`: one line that says what, where and what to do.

    What a writing method recorded outlives the process (kill -9) once it has returned; what raised left
    nothing behind. A power cut may take the last seconds (see docs/explanation/archive.md).
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._sources = Sources()
        self._runs: dict[str, _Run] = {}
        self._variants: Cache[str, tuple[int, int | None]] = Cache(1 << 16)  # keys of itself and its tree

    @classmethod
    def open(
        cls, home: Path = DEFAULT_HOME, *, create: bool = True, read_only: bool = False, url: str = ""
    ) -> Archive:
        """The archive in `home`, or at a SQLAlchemy `url`, brought to the newest version."""
        return cls(Database(home / FILE, url=url, create=create, read_only=read_only))

    def close(self) -> None:
        self._database.close()

    def __enter__(self) -> Archive:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    # Runs

    def add_run(self, run: RunRecord) -> None:
        with self._write() as connection:
            run_rows.add(connection, run)

    def run(self, id: str) -> RunRecord:
        return self._read(lambda connection: run_rows.get(connection, id))

    def runs(self) -> list[RunRecord]:
        """All runs, oldest first."""
        return self._read(run_rows.every)

    def update_run(
        self,
        id: str,
        *,
        state: str | None = None,
        wish: str | None = None,
        stopped_by: str | None = None,
        seconds: float | None = None,
        summary: Mapping[str, Any] | None = None,
        config: Mapping[str, Any] | None = None,
        health: Mapping[str, Any] | None = None,
    ) -> None:
        """Change what is given; also from another process than the one that writes the run."""
        fields = {
            "state": state,
            "wish": wish,
            "stopped_by": stopped_by,
            "seconds": seconds,
            "summary": summary,
            "config": config,
            "health": health,
        }
        with self._write() as connection:
            run_rows.change(
                connection, id, {name: value for name, value in fields.items() if value is not None}
            )

    def find_run(self, prefix: str) -> str:
        """The id of the one run whose id is or starts with `prefix`."""
        return self._read(lambda connection: run_rows.find(connection, "run", prefix))

    def find_variant(self, prefix: str) -> str:
        return self._read(lambda connection: run_rows.find(connection, "variant", prefix))

    # The journal

    def remember(self, run: str, attempt: int, step: str, payload: Mapping[str, Any]) -> None:
        """Keep what one step of an attempt yielded until the attempt's variant is added; once per step."""
        data = codec.dump(payload)
        with self._write() as connection:
            known = self._run(connection, run)
            if attempt < known.attempts:
                raise ArchiveError(f"run {run}: attempt {attempt} has ended; its journal is closed")
            journal_rows.remember(connection, known.key, attempt, step, data)

    def recall(self, run: str, attempt: int, step: str) -> Mapping[str, Any] | None:
        """What `remember` was given, None where nothing was."""
        return self._read(
            lambda connection: journal_rows.recall(connection, self._key(connection, run), attempt, step)
        )

    def pending(self, run: str) -> list[tuple[int, str]]:
        """Every (attempt, step) in the journal: what a resumed run need not pay for again."""
        return self._read(lambda connection: journal_rows.pending(connection, self._key(connection, run)))

    # Variants

    def add(self, variant: Variant, files: Mapping[str, str] | None, records: Sequence[Record]) -> None:
        """Record an ended attempt in one transaction, and empty its journal.

        Attempts are added in order: `variant.attempt` is the number of the run's attempts so far. `files` may
        be None where there is no tree, or where the archive has that tree already. A NaN score becomes None.
        """
        content = None if files is None else {path: text.encode() for path, text in files.items()}
        tree = None if variant.tree is None else bytes.fromhex(variant.tree)
        if content is not None and tree_address(content) != tree:
            raise ArchiveError(f"variant {variant.id}: its files are not those of tree {variant.tree}")
        with self._write() as connection:
            run = self._run(connection, variant.run)
            _expect(variant, run)
            parents = [self._parent(connection, parent) for parent in variant.parents]
            tree_key = self._tree(connection, variant, tree, content, parents[0][1] if parents else None)
            words = run.vocabulary
            if variant.attempt == 0:
                words = variant_rows.vocabulary(variant, records)
                sealed = variant_rows.seal_vocabulary(words)
                connection.execute(
                    update(schema.runs).where(schema.runs.c.key == run.key).values(vocabulary=sealed)
                )
            try:
                keys = [parent for parent, _ in parents]
                key = variant_rows.write(connection, variant, run.key, run.direction, tree_key, keys, words)
            except IntegrityError:
                raise ArchiveError(f"variant {variant.id}: is in the archive already") from None
            variant_rows.write_records(connection, key, records, words)
            journal_rows.forget(connection, run.key, variant.attempt)
            self._variants.put(variant.id, (key, tree_key))
            run.attempts += 1
            run.vocabulary = words

    @property
    def browse(self) -> search.Browser:
        return search.Browser(self._read)

    # Texts

    def keep_texts(self, texts: Sequence[Text]) -> list[str]:
        """Keep texts by their content; the address of each, which `text` takes. At once and for ever."""
        with self._write() as connection:
            return keep(connection, self._sources.blobs, texts)

    def text(self, address: str) -> str:
        """The text at an address of 64 hex digits."""

        def load(connection: Connection) -> str:
            key = connection.execute(_BLOB_KEY, {"wanted": _address(address)}).scalar()
            if key is None:
                raise ArchiveError(f"text {address}: not in the archive")
            return self._sources.blobs.get(connection, key).decode("utf-8", "surrogatepass")

        return self._read(load)

    def variant(self, id: str) -> Variant:
        return self._read(lambda connection: queries.get(connection, id))

    def variants(
        self,
        run: str | None = None,
        target: str | None = None,
        status: Status | None = None,
        limit: int | None = None,
        order: queries.Order = "attempt",
    ) -> Iterator[Variant]:
        """Variants page by page: by attempt, `newest` first, or by `score`: best first, none last."""
        with self._reading() as connection:
            yield from queries.find(connection, run, target, status, limit, order)

    def members(self, run: str) -> Iterator[IndexEntry]:
        """Every variant of a run in the order of attempts, only as much as an index needs."""
        with self._reading() as connection:
            yield from queries.members(connection, run)

    def files(self, tree: str) -> dict[str, str]:
        """The files of a tree by path, from its address of 64 hex digits."""

        def load(connection: Connection) -> dict[str, str]:
            key = connection.execute(_TREE_KEY, {"wanted": _address(tree)}).scalar()
            if key is None:
                raise ArchiveError(f"tree {tree}: not in the archive")
            return self._sources.files(connection, key)

        return self._read(load)

    def records(self, id: str, kind: str | None = None) -> list[Record]:
        """A variant's measurements, in the order in which they were added."""

        def load(connection: Connection) -> list[Record]:
            row = queries.row_of(connection, id)
            sealed = connection.execute(
                select(schema.runs.c.vocabulary).where(schema.runs.c.key == row.run)
            ).scalar()
            words = variant_rows.open_vocabulary(sealed)
            query = select(schema.records).where(schema.records.c.variant == row.key)
            if kind is not None:
                query = query.where(schema.records.c.kind == kind)
            found = connection.execute(query.order_by(schema.records.c.key))
            return [Record(each.kind, codec.unpack_json(each.data, words)) for each in found]

        return self._read(load)

    def decide(
        self, id: str, kind: DecisionKind, *, who: str, why: str = "", data: Mapping[str, Any] | None = None
    ) -> ReviewDecision:
        """Append what a person decided of a variant; `decision_rows.add` says what follows."""
        with self._write() as connection:
            return decision_rows.add(connection, id, kind, who, why, data or {})

    def decisions(
        self, variant: str | None = None, run: str | None = None, after: int = 0
    ) -> list[ReviewDecision]:
        """Decisions with a key above `after`, oldest first, of one variant or one run or all."""
        return self._read(lambda connection: decision_rows.every(connection, variant, run, after))

    def standing_before(self, id: str) -> tuple[Status, str]:
        """What a refused variant was before it was refused, with the reason of that."""
        return self._read(lambda connection: decision_rows.before(connection, id))

    def lineage(self, id: str) -> list[Variant]:
        """All ancestors, through every parent, the oldest first and the variant itself last."""
        return self._read(lambda connection: queries.lineage(connection, id))

    def children(self, id: str) -> list[Variant]:
        return self._read(lambda connection: queries.children(connection, id))

    def best(self, run: str) -> Variant | None:
        """The best-scored champion, else the best-scored accepted, else the best-scored valid variant."""
        return self._read(lambda connection: queries.best(connection, run))

    def stats(self, run: str | None = None) -> statistics.Stats:
        return self._read(lambda connection: statistics.stats(connection, run))

    def verify(self) -> list[str]:
        """Read everything; one line for each thing that is not as it must be."""
        return integrity.verify(self._database)

    # Inside

    @contextmanager
    def _write(self) -> Iterator[Connection]:
        with self._database.lock:
            try:
                with self._database.write() as connection:
                    yield connection
            except BaseException:  # what this transaction had put into the caches is not in the database
                self._sources.forget()
                self._runs.clear()
                self._variants.clear()
                raise

    @contextmanager
    def _reading(self) -> Iterator[Connection]:
        try:
            with self._database.read() as connection:
                yield connection
        except codec.CodecError as error:
            raise ArchiveError(
                f"{self._database.where}: damaged ({error}); `pygent archive verify` lists what is wrong"
            ) from None

    def _read(self, question: Callable[[Connection], T]) -> T:
        with self._reading() as connection:
            return question(connection)

    def _key(self, connection: Connection, id: str) -> int:
        known = self._runs.get(id)
        return known.key if known is not None else int(run_rows.row_of(connection, id).key)

    def _run(self, connection: Connection, id: str) -> _Run:
        known = self._runs.get(id)
        if known is None:
            row = run_rows.row_of(connection, id)
            query = select(func.count()).select_from(schema.variants).where(schema.variants.c.run == row.key)
            count = connection.execute(query).scalar_one()
            known = _Run(
                row.key, row.target, row.direction, count, variant_rows.open_vocabulary(row.vocabulary)
            )
            self._runs[id] = known
        return known

    def _parent(self, connection: Connection, id: str) -> tuple[int, int | None]:
        known = self._variants.get(id)
        if known is None:
            row = queries.row_of(connection, id)
            known = (row.key, row.tree)
            self._variants.put(id, known)
        return known

    def _tree(
        self,
        connection: Connection,
        variant: Variant,
        address: bytes | None,
        content: Mapping[str, bytes] | None,
        parent: int | None,
    ) -> int | None:
        if address is None:
            return None
        if content is not None:
            return self._sources.put(connection, address, content, parent)
        key = self._sources.trees.find(connection, address)
        if key is None:
            raise ArchiveError(f"variant {variant.id}: tree {variant.tree} is new, so its files are needed")
        return key


def _expect(variant: Variant, run: _Run) -> None:
    if variant.target != run.target:
        raise ArchiveError(
            f"variant {variant.id}: of target {variant.target}, its run {variant.run} of {run.target}"
        )
    if variant.attempt < run.attempts:
        raise ArchiveError(f"run {variant.run}: attempt {variant.attempt} is in the archive already")
    if variant.attempt > run.attempts:
        raise ArchiveError(f"run {variant.run}: attempt {variant.attempt} came before attempt {run.attempts}")


def _address(tree: str) -> bytes:
    try:
        return bytes.fromhex(tree)
    except ValueError:
        raise ArchiveError(f"{tree}: not an address of 64 hex digits") from None
