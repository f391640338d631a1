"""The tree that an agent works on, as real files, so that its shell and its profiler can see them."""

from __future__ import annotations

import contextlib
import os
import shutil
import stat
import tempfile
from collections.abc import Mapping
from pathlib import Path

from pygent.target_modules.patch.apply import PatchError, apply, check_path
from pygent.target_modules.patch.diff.unified import unified
from pygent.target_modules.patch.model.editable import Editable
from pygent.target_modules.patch.model.edits import Patch
from pygent.target_modules.patch.model.tree import Tree
from pygent.target_modules.patch.syntax.source import NotPythonError, parse

MAX_BYTES = 1_000_000  # of one file; a larger one is not source
_LEFT_OVER = frozenset({"__pycache__", ".git", ".pytest_cache", ".mypy_cache", ".ruff_cache"})


class Workspace:
    """A scratch folder with the parent's files. Only the editable ones are handed back."""

    def __init__(self, files: Mapping[str, str], editable: tuple[str, ...]) -> None:
        self.root = Path(tempfile.mkdtemp(prefix="workspace-"))
        self.editable = Editable.of(editable)
        self.allowed = editable
        self.parent = Tree(dict(files))
        for path, text in self.parent.files.items():
            if not check_path(path):
                self._write(path, text)

    def tree(self) -> Tree:
        """Every text file as it is now, including those that a shell made."""
        found: dict[str, str] = {}
        for path in _paths(self.root):
            if not check_path(path) and (text := _text_of(self.root / path)) is not None:
                found[path] = text
        return Tree(found)

    def change(self, patch: Patch) -> Tree:
        """Apply a patch to the files. Raises `PatchError` and then changes nothing."""
        before = self.tree()
        after = apply(before, patch)
        for path in after:
            if path not in before and (self.root / path).is_dir():
                raise PatchError(1, path, "a folder is in the way")
        for path in before:
            if path not in after:
                (self.root / path).unlink()
        for path, text in after.files.items():
            if before.files.get(path) != text:
                self._write(path, text)
        return after

    def result(self) -> dict[str, str]:
        """The editable files, changed or not."""
        now = self.tree()
        return {path: now[path] for path in now if self.editable.touches(path)}

    def changed(self) -> bool:
        return any(self.parent.files.get(path) != text for path, text in self.result().items())

    def difference(self) -> str:
        """A unified diff of the editable files, from the start to now."""
        before = {path: text for path, text in self.parent.files.items() if self.editable.touches(path)}
        return unified(Tree(before), Tree({**before, **self.result()}))

    def broken(self) -> str:
        """The first changed file that does not parse, and why, or ''."""
        for path, text in self.result().items():
            if path.endswith(".py") and self.parent.files.get(path) != text:
                try:
                    parse(text)
                except NotPythonError as error:
                    return f"{path}: {error}"
        return ""

    def without_root(self, text: str) -> str:
        """Text without the name of the folder, which differs between attempts."""
        return text.replace(f"{self.root}/", "").replace(str(self.root), ".")

    def close(self) -> None:
        with contextlib.suppress(RecursionError):  # the box is wiped anyway
            shutil.rmtree(self.root, ignore_errors=True)

    def _write(self, path: str, text: str) -> None:
        """Replace whatever a shell has put there: a link is not followed, a pipe is not waited for."""
        file = self.root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.unlink(missing_ok=True)
        file.write_bytes(text.encode("utf-8", "surrogatepass"))


def _paths(root: Path) -> list[str]:
    """Plain files below a folder that a shell may have filled with anything."""
    found: list[str] = []
    waiting = [""]
    while waiting:
        folder = waiting.pop()
        try:
            entries = list(os.scandir(root / folder))
        except OSError:  # unreadable, too deep, gone
            continue
        for entry in entries:
            path = f"{folder}/{entry.name}" if folder else entry.name
            if entry.name in _LEFT_OVER:
                continue
            if entry.is_dir(follow_symlinks=False):
                waiting.append(path)
            elif entry.is_file(follow_symlinks=False):
                found.append(path)
    return sorted(found)


def _text_of(file: Path) -> str | None:
    try:
        descriptor = os.open(file, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError:
        return None
    with os.fdopen(descriptor, "rb") as stream:
        status = os.fstat(descriptor)
        if not stat.S_ISREG(status.st_mode) or status.st_size > MAX_BYTES:
            return None
        try:
            return stream.read(MAX_BYTES + 1).decode("utf-8")
        except (OSError, UnicodeDecodeError):
            return None


__all__ = ["PatchError", "Workspace"]
