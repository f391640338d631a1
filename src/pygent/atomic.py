"""Files and folders that are whole or not there: written beside their place, and put there by one rename.

`alone` says that nobody else writes to this place at the same time: what a writer that was killed has left
beside it is then removed.
"""

from __future__ import annotations

import glob
import os
import secrets
import shutil
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_FLAGS = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
_END = ".pygent-new"


def write_file(file: Path, data: bytes, *, alone: bool = False) -> None:
    """Replace a file, whose permissions stay, or make one. A crash leaves the old content or the new one.

    Raises `OSError`, and then the file is as it was.
    """
    if alone:
        remove_leftovers(file)
    mode = stat.S_IMODE(file.stat().st_mode) if file.exists() else None
    beside = _beside(file)
    try:
        with os.fdopen(os.open(beside, _FLAGS, 0o666 if mode is None else 0o600), "wb") as stream:
            stream.write(data)
            stream.flush()
            os.fsync(stream.fileno())
        if mode is not None:
            os.chmod(beside, mode)
        os.replace(beside, file)
    finally:
        beside.unlink(missing_ok=True)


@contextmanager
def new_folder(place: Path, *, alone: bool = False, again: bool = False) -> Iterator[Path]:
    """An empty folder to fill, which becomes `place` unless an exception ends the block.

    A folder that is there then is replaced if it is empty, or `again`; else `OSError` is raised.
    """
    place.parent.mkdir(parents=True, exist_ok=True)
    if alone:
        remove_leftovers(place)
    beside, old = _beside(place), _beside(place)
    beside.mkdir()
    try:
        yield beside
        if again and place.exists():
            place.replace(old)
        beside.replace(place)
    finally:
        shutil.rmtree(beside, ignore_errors=True)
        shutil.rmtree(old, ignore_errors=True)


def remove_leftovers(place: Path) -> None:
    """Remove what writers that were killed have left beside a file or folder."""
    for left in place.parent.glob(f"{glob.escape(_start(place))}{'?' * 8}{_END}"):
        if left.is_dir() and not left.is_symlink():
            shutil.rmtree(left)
        else:
            left.unlink(missing_ok=True)


def _beside(place: Path) -> Path:
    return place.with_name(f"{_start(place)}{secrets.token_hex(4)}{_END}")


def _start(place: Path) -> str:
    return f".{place.name[:190]}."
