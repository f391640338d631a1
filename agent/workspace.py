"""The tree that an agent works on, as real files, so that its shell and its profiler see them."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path

from pygent.target_modules.patch.apply import PatchError, apply, check_path
from pygent.target_modules.patch.editable import Editable
from pygent.target_modules.patch.edits import Patch
from pygent.target_modules.patch.source import NotPython, parse
from pygent.target_modules.patch.tree import Tree
from pygent.target_modules.patch.unified import unified

MAX_BYTES = 1_000_000  # of one file; a larger one is no source
_LEFT_OVER = frozenset({"__pycache__", ".git", ".pytest_cache", ".mypy_cache", ".ruff_cache"})


class Workspace:
    """A folder of scratch space with the parent's files. What is handed back are the editable ones."""

    def __init__(self, files: Mapping[str, str], editable: tuple[str, ...]) -> None:
        self.root = Path(tempfile.mkdtemp(prefix="workspace-"))
        self.editable = Editable.of(editable)
        self.allowed = editable
        self.parent = Tree(dict(files))
        for path, text in self.parent.files.items():
            if not check_path(path):
                self._write(path, text)

    def tree(self) -> Tree:
        """Every text file as it stands now, those that a shell made included."""
        found: dict[str, str] = {}
        for file in sorted(self.root.rglob("*")):
            path = file.relative_to(self.root)
            if _LEFT_OVER.isdisjoint(path.parts) and (text := _text(file)) is not None:
                found[path.as_posix()] = text
        return Tree(found)

    def change(self, patch: Patch) -> Tree:
        """Apply a patch to the files. Raises `PatchError` and changes nothing."""
        before = self.tree()
        after = apply(before, patch)
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
        """A unified diff of the editable files, from how they were to how they are."""
        before = {path: text for path, text in self.parent.files.items() if self.editable.touches(path)}
        return unified(Tree(before), Tree({**before, **self.result()}))

    def broken(self) -> str:
        """The first changed file that does not parse, and why, or ''."""
        for path, text in self.result().items():
            if path.endswith(".py") and self.parent.files.get(path) != text:
                try:
                    parse(text)
                except NotPython as error:
                    return f"{path}: {error}"
        return ""

    def without_root(self, text: str) -> str:
        """Text without the name of the folder, which differs from attempt to attempt."""
        return text.replace(f"{self.root}/", "").replace(str(self.root), ".")

    def close(self) -> None:
        shutil.rmtree(self.root, ignore_errors=True)

    def _write(self, path: str, text: str) -> None:
        file = self.root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(text.encode("utf-8", "surrogatepass"))


def _text(file: Path) -> str | None:
    if file.is_symlink() or not file.is_file() or file.stat().st_size > MAX_BYTES:
        return None
    try:
        return file.read_bytes().decode("utf-8")
    except (OSError, UnicodeDecodeError):
        return None


__all__ = ["PatchError", "Workspace"]
