"""Connections: one that writes, behind a lock, and a pool for reading."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import RLock

from sqlalchemy import Connection, Engine, QueuePool, create_engine, event
from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchModuleError

from pygent.archive.db import migrate, sqlite
from pygent.archive.db.database_errors import explain
from pygent.archive.db.schema import VERSION
from pygent.archive.records import ArchiveError


class Database:
    """A migrated database, for any number of threads.

    Writers take turns on one connection. Each read takes its own, and with SQLite sees the archive as it was
    when the read began. Every error of the driver becomes an `ArchiveError` of one line.
    """

    def __init__(self, file: Path, *, url: str = "", create: bool = True, read_only: bool = False) -> None:
        self.where = url.rsplit("@", 1)[-1] if url else str(file)
        self.lock = RLock()
        self._read_only = read_only
        self._writer: Connection | None = None
        self._copy: Path | None = None
        with self._explained():
            self._engine = _server(url) if url else self._local(file, create, read_only)
        try:
            self._migrate(file, url)
            if not read_only:
                with self._explained():
                    self._writer = self._engine.connect().execution_options(writes=True)
        except ArchiveError:
            self.close()
            raise

    def _local(self, file: Path, create: bool, read_only: bool) -> Engine:
        if read_only:
            connect, self._copy = sqlite.reading(file)
        else:
            connect = sqlite.writing(file, create)
        engine = create_engine("sqlite://", creator=connect, poolclass=QueuePool, max_overflow=-1)
        event.listen(engine, "begin", _begin_sqlite)
        return engine

    def _migrate(self, file: Path, url: str) -> None:
        with self.read() as connection:
            found = migrate.version(connection, self.where)
        migrate.refuse_newer(found, self.where)
        if found == VERSION:
            return
        if not self._read_only:
            with (
                self._explained(),
                self._engine.connect() as connection,
                connection.execution_options(writes=True).begin(),
            ):
                migrate.refuse_newer(migrate.version(connection, self.where), self.where)
                migrate.upgrade(connection)
            return
        if found == 0 and not url:
            raise sqlite.missing(file)
        # An archive of an older version is upgraded if it can be written.
        try:
            Database(file, url=url, create=False).close()
        except ArchiveError as error:
            raise ArchiveError(
                f"{self.where}: of an older version (format {found}, this program reads {VERSION}), "
                f"and cannot be converted: {error}"
            ) from None

    @contextmanager
    def read(self) -> Iterator[Connection]:
        with self._explained(), self._engine.connect() as connection:
            yield connection

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """One transaction: durable when the block ends, undone when it raises."""
        with self.lock, self._explained():
            if self._writer is None:
                raise ArchiveError(f"{self.where}: was opened read-only, so nothing can be recorded")
            with self._writer.begin():
                yield self._writer

    @contextmanager
    def _explained(self) -> Iterator[None]:
        try:
            yield
        except (DBAPIError, sqlite3.Error) as error:
            raise explain(error, self.where) from error

    def close(self) -> None:
        with self.lock:
            if self._writer is not None:
                self._writer.close()
                self._writer = None
            self._engine.dispose()
            if self._copy is not None:
                shutil.rmtree(self._copy, ignore_errors=True)
                self._copy = None


def _begin_sqlite(connection: Connection) -> None:
    # A writer takes the write lock at once: upgrading a read lock later would fail without waiting.
    writes = connection.get_execution_options().get("writes")
    driver: sqlite3.Connection | None = connection.connection.driver_connection
    assert driver is not None
    driver.execute("BEGIN IMMEDIATE" if writes else "BEGIN")  # as a statement it would cost as much as a read


def _begin_server(connection: Connection) -> None:
    # Writers take turns, as they do with SQLite.
    if connection.get_execution_options().get("writes") and connection.dialect.name == "postgresql":
        connection.exec_driver_sql("SELECT pg_advisory_xact_lock(7096384)")


def _server(url: str) -> Engine:
    try:
        engine = create_engine(url, pool_pre_ping=True)
    except (ArgumentError, NoSuchModuleError, ModuleNotFoundError) as error:
        raise ArchiveError(f"{url.split(':', 1)[0]}: this database cannot be used: {error}") from None
    event.listen(engine, "begin", _begin_server)
    return engine
