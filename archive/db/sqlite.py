"""Open SQLite as the archive needs it: WAL, durable, patient, and also on a read-only disk."""

from __future__ import annotations

import errno
import os
import shutil
import sqlite3
import tempfile
from collections.abc import Callable
from pathlib import Path
from urllib.parse import quote

from pygent.archive.db.database_errors import WAIT_SECONDS, no_space, read_only
from pygent.archive.records import ArchiveError

# NORMAL: a commit survives the process (kill -9); a power cut may undo the last few but damages nothing.
# FULL waits for the disk each time: 0.2 ms more CPU, and some ms of waiting on common disks.
_PRAGMAS = ("journal_mode=WAL", "synchronous=NORMAL", "foreign_keys=ON", "journal_size_limit=67108864")
Connect = Callable[[], sqlite3.Connection]


def writing(file: Path, create: bool) -> Connect:
    """Connections that may write `file`. Raises `ArchiveError` without a file, space or permission."""
    if not file.exists():
        if not create:
            raise missing(file)
        _make(file)
    if not (os.access(file, os.W_OK) and os.access(file.parent, os.W_OK)):
        raise read_only(str(file))

    def connect() -> sqlite3.Connection:
        connection = _connect(f"{_uri(file)}?mode=rw")
        try:
            for pragma in _PRAGMAS:
                connection.execute(f"PRAGMA {pragma}").fetchall()
        except sqlite3.Error:
            connection.close()
            raise
        return connection

    return connect


def reading(file: Path) -> tuple[Connect, Path | None]:
    """Connections that only read `file`, and the temporary folder of a copy if one was needed.

    A database in WAL mode needs its two side files, which cannot be made on a read-only disk. If the last
    writer left none, the file is opened as immutable; if it left some that do not suffice, a copy is read.
    """
    if not file.exists():
        raise missing(file)
    if _readable(f"{_uri(file)}?mode=rw"):
        return _reader(f"{_uri(file)}?mode=rw"), None
    log = file.with_name(file.name + "-wal")
    if not log.exists() or log.stat().st_size == 0:
        return _reader(f"{_uri(file)}?mode=ro&immutable=1"), None
    folder = Path(tempfile.mkdtemp(prefix="pygent-archive-"))
    try:
        for source in (file, log):
            shutil.copyfile(source, folder / source.name)
    except OSError as error:
        shutil.rmtree(folder, ignore_errors=True)
        raise ArchiveError(f"{file}: read-only, and cannot be copied to {folder}: {error.strerror}") from None
    return _reader(f"{_uri(folder / file.name)}?mode=rw"), folder


def missing(file: Path) -> ArchiveError:
    return ArchiveError(f"{file}: no such archive; `pygent evolve` makes one, --home chooses another")


def _reader(uri: str) -> Connect:
    def connect() -> sqlite3.Connection:
        connection = _connect(uri)
        connection.execute("PRAGMA query_only=ON")
        return connection

    return connect


def _readable(uri: str) -> bool:
    """Whether the usual way works. Raises `ArchiveError` for faults that no other way would cure."""
    connection = None
    try:
        connection = _connect(uri)
        connection.execute("SELECT count(*) FROM sqlite_master").fetchall()
    except sqlite3.OperationalError as error:
        if (getattr(error, "sqlite_errorname", "") or "").startswith(("SQLITE_CANTOPEN", "SQLITE_READONLY")):
            return False
        raise
    finally:
        if connection is not None:
            connection.close()
    return True


def _connect(uri: str) -> sqlite3.Connection:
    return sqlite3.connect(
        uri,
        uri=True,
        timeout=WAIT_SECONDS,
        isolation_level=None,
        check_same_thread=False,
        cached_statements=256,
    )


def _uri(file: Path) -> str:
    return "file:" + quote(str(file.absolute()))


def _make(file: Path) -> None:
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.touch()
    except OSError as error:
        if error.errno in (errno.EROFS, errno.EACCES, errno.EPERM):
            raise read_only(str(file)) from None
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise no_space(str(file)) from None
        raise ArchiveError(f"{file}: cannot be made: {error.strerror}") from None
