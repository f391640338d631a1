"""Where trust is remembered: one file per content, in the user's own state folder, never in a project."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

from platformdirs import user_state_path

from pygent.atomic import write_file


class StateError(Exception):
    """Trust cannot be kept. The text is one line: where, why, what to do."""


def folder(name: str = "trust") -> Path:
    """`$XDG_STATE_HOME/pygent/trust`, or the same below `~/.local/state`.

    A relative variable is ignored: it would lead into the folder that asks to be trusted. Raises `StateError`
    if the user has no folder at all.
    """
    try:
        return user_state_path("pygent") / name
    except RuntimeError:
        raise StateError(
            "there is no home folder to keep trust in: set XDG_STATE_HOME to a folder of yours"
        ) from None


def has(digest: str, place: Path) -> bool:
    """Whether a digest is trusted. False if that cannot be read."""
    return os.path.isfile(place / digest)


def keep(digest: str, text: str, place: Path) -> None:
    """Raises `StateError`."""
    try:
        place.mkdir(mode=0o700, parents=True, exist_ok=True)
        write_file(place / digest, text.encode("utf-8", "surrogateescape"))
    except OSError as error:
        raise StateError(
            f"{place}: trust cannot be kept there: {error.strerror}; set XDG_STATE_HOME to another folder"
        ) from None


def drop(wanted: Callable[[str], bool], place: Path) -> list[str]:
    """Remove every entry whose text is wanted; return the texts. Raises `StateError`."""
    gone = []
    for path, text in _entries(place):
        if wanted(text):
            try:
                path.unlink(missing_ok=True)
            except OSError as error:
                raise StateError(f"{path}: cannot be removed: {error.strerror}") from None
            gone.append(text)
    return gone


def texts(place: Path) -> list[str]:
    return [text for _, text in _entries(place)]


def _entries(place: Path) -> list[tuple[Path, str]]:
    if not place.is_dir():
        return []
    files = (path for path in sorted(place.iterdir()) if not path.name.startswith("."))
    return [(path, path.read_text("utf-8", errors="surrogateescape")) for path in files]
