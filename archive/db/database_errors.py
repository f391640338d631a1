"""Say in one line what a database error means and what to do about it."""

from __future__ import annotations

import os
import sqlite3
from pathlib import Path

from sqlalchemy.exc import DBAPIError

from pygent.archive.records import ArchiveError

WAIT_SECONDS = 30.0  # how long a connection waits for another process's transaction
SPARE_BYTES = 256 << 10  # SQLite reports a full disk as an I/O error if it cannot grow its -shm file


def explain(error: DBAPIError | sqlite3.Error, where: str) -> ArchiveError:
    """The `ArchiveError` for an error of the driver; `where` is the archive's file or URL."""
    cause = error.orig if isinstance(error, DBAPIError) else error
    name = getattr(cause, "sqlite_errorname", "") or ""
    detail = (str(cause).strip().splitlines() or [type(cause).__name__])[0]
    if name.startswith("SQLITE_FULL") or (name.startswith("SQLITE_IOERR") and _is_full(where)):
        return no_space(where)
    if name.startswith(("SQLITE_BUSY", "SQLITE_LOCKED")):
        return ArchiveError(
            f"{where}: locked by another process for {WAIT_SECONDS:.0f} s; end it, then try again"
        )
    if name.startswith("SQLITE_NOTADB"):
        return ArchiveError(
            f"{where}: not an archive (no SQLite database); move it away or choose another home"
        )
    if name.startswith("SQLITE_CORRUPT"):
        return ArchiveError(
            f"{where}: damaged ({detail}); put a backup in its place, see docs/explanation/archive.md"
        )
    if name.startswith("SQLITE_READONLY"):
        return read_only(where)
    if name.startswith("SQLITE_CANTOPEN"):
        return ArchiveError(f"{where}: cannot be opened; check the permissions of the file and its folder")
    return ArchiveError(f"{where}: {detail}")


def no_space(where: str) -> ArchiveError:
    return ArchiveError(f"{where}: no disk space left; free some and try again (earlier records are safe)")


def read_only(where: str) -> ArchiveError:
    return ArchiveError(f"{where}: read-only, so nothing can be recorded; choose a writable home")


def _is_full(where: str) -> bool:
    try:
        disk = os.statvfs(Path(where).parent)
    except OSError:
        return False
    return disk.f_bavail * disk.f_frsize < SPARE_BYTES
