"""The one dialect of globs in a manifest: that of `pathlib.Path.glob`, for paths that need not exist yet."""

from __future__ import annotations

from fnmatch import fnmatchcase


def matches(path: str, glob: str) -> bool:
    """Whether a file at the path, relative and with `/`, is meant by the glob.

    `*` and `?` stay within a folder, `**` is any number of folders (at the end: all files below), `[...]` is
    a class of characters, and `[[]` a bracket. Capitals count.
    """
    return _match(path.split("/"), glob.split("/"))


def _match(parts: list[str], globs: list[str]) -> bool:
    if not parts or not globs:
        return not parts and not globs
    if globs[0] == "**":
        return len(globs) == 1 or any(_match(parts[skipped:], globs[1:]) for skipped in range(len(parts)))
    return fnmatchcase(parts[0], globs[0]) and _match(parts[1:], globs[1:])
