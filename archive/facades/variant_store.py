"""The variants of an archive, with their records and files."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from sqlalchemy import Connection, bindparam, select, update
from sqlalchemy.exc import IntegrityError

from pygent.archive.blobs.blob_store import tree_address
from pygent.archive.db import schema
from pygent.archive.db.transactions import KnownRun, Transactions, address_of
from pygent.archive.records import ArchiveError, Event, EventKind, IndexEntry, Record, Status, VariantRecord
from pygent.archive.tables import journal_rows, queries, run_rows, variant_rows

_TREE_KEY = select(schema.trees.c.key).where(schema.trees.c.id == bindparam("wanted"))


class VariantStore:
    """Reads and writes variants; every method may raise `ArchiveError`."""

    def __init__(self, transactions: Transactions) -> None:
        self._transactions = transactions

    def add(
        self,
        variant: VariantRecord,
        files: Mapping[str, str] | None,
        records: Sequence[Record],
        events: Sequence[Event] = (),
    ) -> None:
        """Record a finished attempt and its commit in one transaction, and clear its journal.

        `events` are those since the last that was recorded. An attempt whose beginning is not among the
        recorded ones begins with its commit, if it is next. `files` may be None if there is no tree, or if
        the archive has that tree already. A NaN score becomes None.
        """
        content = None if files is None else {path: text.encode() for path, text in files.items()}
        tree = None if variant.tree is None else bytes.fromhex(variant.tree)
        if content is not None and tree_address(content) != tree:
            raise ArchiveError(f"variant {variant.id}: its files are not those of tree {variant.tree}")
        rows = self._transactions
        with rows.write() as connection:
            run = rows.run(connection, variant.run)
            rows.append(connection, run, events)
            _expect(variant, run)
            parents = [rows.variant(connection, parent) for parent in variant.parents]
            tree_key = rows.tree(connection, variant, tree, content, parents[0][1] if parents else None)
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
            rows.remember(variant.id, key, tree_key)
            run.vocabulary = words
            ending = [Event(EventKind.COMMIT, variant.attempt)]
            if variant.attempt not in run.begun:
                numbers = variant_rows.attempts_of(connection, keys)
                ending.insert(0, Event(EventKind.BEGIN, variant.attempt, numbers))
            rows.append(connection, run, ending)

    def get(self, id: str) -> VariantRecord:
        return self._transactions.read(lambda connection: queries.get(connection, id))

    def find(self, prefix: str) -> str:
        """The id of the only variant whose id equals or starts with `prefix`."""
        return self._transactions.read(lambda connection: run_rows.find(connection, "variant", prefix))

    def list_(
        self,
        run: str | None = None,
        target: str | None = None,
        status: Status | None = None,
        limit: int | None = None,
        order: queries.Order = "attempt",
    ) -> Iterator[VariantRecord]:
        """Variants, read page by page: by attempt, `newest` first, or by `score`, best first, None last.

        Attempts that ended in a finding are no variants: they come only if `status` asks for `no_change`.
        """
        with self._transactions.reading() as connection:
            yield from queries.find(connection, run, target, status, limit, order)

    def attempts(self, run: str, after: str | None = None) -> Iterator[VariantRecord]:
        """Every attempt of a run, or every one after `after`, in the order of commits; findings included."""
        with self._transactions.reading() as connection:
            yield from queries.attempts(connection, run, after)

    def members(self, run: str) -> Iterator[IndexEntry]:
        """Index entries of every attempt of a run, findings included, in order."""
        with self._transactions.reading() as connection:
            yield from queries.members(connection, run)

    def lineage(self, id: str) -> list[VariantRecord]:
        """All ancestors through all parents, oldest first, and the variant itself last."""
        return self._transactions.read(lambda connection: queries.lineage(connection, id))

    def children(self, id: str) -> list[VariantRecord]:
        """The variants made from this one, oldest first."""
        return self._transactions.read(lambda connection: queries.children(connection, id))

    def latest_attempts_on(self, id: str, limit: int, until: str | None = None) -> list[VariantRecord]:
        """The attempts on this variant, findings included, the latest committed first.

        With `until`, an id, those committed later than that one are left out.
        """
        return self._transactions.read(lambda connection: queries.attempts_on(connection, id, limit, until))

    def best(self, run: str) -> VariantRecord | None:
        """The best-scored champion, else the best-scored accepted, else the best-scored valid variant."""
        return self._transactions.read(lambda connection: queries.best(connection, run))

    def files(self, tree: str) -> dict[str, str]:
        """The files, by path, of the tree with this address of 64 hex digits."""

        def load(connection: Connection) -> dict[str, str]:
            key = connection.execute(_TREE_KEY, {"wanted": address_of(tree)}).scalar()
            if key is None:
                raise ArchiveError(f"tree {tree}: not in the archive")
            return self._transactions.sources.files(connection, key)

        return self._transactions.read(load)

    def records(self, id: str, kind: str | None = None) -> list[Record]:
        """A variant's records in the order in which they were added."""
        return self._transactions.read(lambda connection: queries.records(connection, id, kind))


def _expect(variant: VariantRecord, run: KnownRun) -> None:
    if variant.target != run.target:
        raise ArchiveError(
            f"variant {variant.id}: of target {variant.target}, its run {variant.run} of {run.target}"
        )
    if run.has_ended(variant.attempt):
        raise ArchiveError(f"run {variant.run}: attempt {variant.attempt} is in the archive already")
    if variant.attempt > run.next:
        raise ArchiveError(f"run {variant.run}: attempt {variant.attempt} came before attempt {run.next}")
