"""List the files of a repository, and find globs that match some of them and no others."""

from __future__ import annotations

import glob
import os
import re
import stat
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

_NEVER = {
    ".git", ".hg", ".svn", ".tox", ".nox", ".venv", ".direnv", "node_modules", ".eggs", ".mypy_cache",
    ".ruff_cache", ".pytest_cache", ".hypothesis", ".idea", ".vscode", ".ipynb_checkpoints", "__pycache__",
}  # fmt: skip
_NEVER_ON_TOP = {"build", "dist", "htmlcov", "venv", "env", "site"}
_NOBODYS = re.compile(r"\.env(\..+)?|\.coverage(\..+)?|.*\.py[co]")


@dataclass(frozen=True)
class Disk:
    """Paths below a repository, with sizes in bytes.

    `others` are there too but must not be used: they are made by tools, hold keys, or lead out of the
    repository. The entry of a folder ends in `/`.
    """

    files: dict[str, int]
    others: frozenset[str]

    def below(self, folder: str) -> list[str]:
        return [path for path in self.files if is_below(path, folder)]


def is_below(path: str, folder: str) -> bool:
    return folder == "." or path == folder or path.startswith(folder + "/")


def walk(repo: Path) -> Disk:
    files: dict[str, int] = {}
    others: set[str] = set()
    for folder, inner, names in os.walk(repo):
        place = os.path.relpath(folder, repo)
        base = "" if place == "." else f"{place}/"
        kept = [name for name in sorted(inner) if _is_wanted(Path(folder, name), on_top=not base)]
        others |= {f"{base}{name}/" for name in {*inner} - {*kept} - {"__pycache__"}}
        inner[:] = kept
        for name in sorted(names):
            path = Path(folder, name)
            size = _size(path, repo)
            if size is None or _NOBODYS.fullmatch(name):
                others.add(base + name)
            else:
                files[base + name] = size
    return Disk(files, frozenset(others))


def _is_wanted(folder: Path, *, on_top: bool) -> bool:
    never = folder.name in _NEVER or (on_top and folder.name in _NEVER_ON_TOP and not _is_package(folder))
    return not (never or folder.is_symlink() or (folder / "pyvenv.cfg").exists())


def _is_package(folder: Path) -> bool:
    return (folder / "__init__.py").is_file()


def _size(path: Path, repo: Path) -> int | None:
    """The size in bytes; None unless it is a plain file inside the repository."""
    try:
        facts = path.stat()
        inside = not path.is_symlink() or path.resolve().is_relative_to(repo)
    except (OSError, RuntimeError):
        return None
    return facts.st_size if inside and stat.S_ISREG(facts.st_mode) else None


def cover(wanted: Iterable[str], disk: Disk, suffix: str = "") -> tuple[str, ...]:
    """Globs that match the wanted files and no other existing file, of any type or of one suffix."""
    ours = set(wanted)
    there = [path for path in (*disk.files, *disk.others) if path.endswith((suffix, "/"))]
    found: list[str] = []
    _cover("", sorted(ours), sorted(there), ours, suffix, found)
    return tuple(found)


def _cover(
    folder: str, wanted: list[str], there: list[str], ours: set[str], suffix: str, found: list[str]
) -> None:
    """Cover a folder; `wanted` and `there` are paths below `folder`, which is '' or ends in `/`."""
    if not wanted:
        return
    strangers = [path for path in there if path not in ours]
    escaped = glob.escape(folder)
    if folder and not strangers:
        found.append(f"{escaped}**/*{suffix}" if suffix else f"{escaped}**")
        return
    direct = [path for path in wanted if "/" not in path[len(folder) :]]
    if direct:
        strange = any("/" not in path[len(folder) :] for path in strangers)
        found += [f"{escaped}*{suffix}"] if folder and not strange else map(glob.escape, direct)
    inner = sorted({path[: path.index("/", len(folder)) + 1] for path in wanted if path not in set(direct)})
    for one in inner:
        below = [path for path in there if path.startswith(one)]
        _cover(one, [path for path in wanted if path.startswith(one)], below, ours, suffix, found)
