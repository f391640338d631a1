"""Find an evaluator's dependencies in its own folder: modules that it imports, files that it names."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from pygent.target_modules.patch.syntax.source import NotPythonError, parse
from pygent.target_modules.spec.manifest import TargetError

_LARGE = 8 << 20  # bytes; a larger data file is left out
_NEVER = frozenset({"__pycache__", ".git", ".venv", "venv", "openevolve_output"})
_NAMED = 200  # characters; a longer text does not name a file


@dataclass(frozen=True)
class Beside:
    """Files by path below the source, and modules from elsewhere that Python does not ship."""

    files: tuple[str, ...]
    foreign: tuple[str, ...]
    notes: tuple[str, ...]


def look_beside(source: Path, *files: Path) -> Beside:
    """Find what `files` need, following modules in their folders; the files themselves are not included.

    A string that names a file or folder there counts as a use of it. Raises `TargetError`.
    """
    queue, seen = list(files), set(files)
    foreign: set[str] = set()
    notes: list[str] = []
    folders = tuple(dict.fromkeys(file.parent for file in files))
    while queue:
        file = queue.pop()
        module = _parsed(file)
        found: list[Path] = []
        for name in _imported(module):
            own = [path for folder in (file.parent, *folders) for path in _of_module(folder, name)]
            found += own
            top = name.partition(".")[0]
            if not own and top not in sys.stdlib_module_names and top != "openevolve":
                foreign.add(top)
        for text in _texts(module):
            found += _of_name(file.parent, text)
        for path in dict.fromkeys(found):
            if path in seen or not path.is_relative_to(source):
                continue
            seen.add(path)
            if path.stat().st_size > _LARGE:
                notes.append(f"left out, as it is large: {path.relative_to(source)}")
                seen.discard(path)
            elif path.suffix == ".py":
                queue.append(path)
    needed = sorted(path.relative_to(source).as_posix() for path in seen - set(files))
    return Beside(tuple(needed), tuple(sorted(foreign)), tuple(dict.fromkeys(notes)))


def _parsed(file: Path) -> ast.Module:
    try:
        return parse(file.read_bytes().decode("utf-8-sig"))
    except OSError as error:
        raise TargetError(f"{file}: cannot be read: {error.strerror}") from None
    except (UnicodeDecodeError, NotPythonError) as error:
        raise TargetError(f"{file}: is not Python: {error}") from None


def _imported(module: ast.Module) -> Iterator[str]:
    for node in ast.walk(module):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def _of_module(folder: Path, name: str) -> list[Path]:
    """The files of a module in a folder, or all files of a package, since it may import them."""
    top = name.partition(".")[0]
    if (folder / f"{top}.py").is_file():
        return [folder / f"{top}.py"]
    if (folder / top).is_dir() and any((folder / top).glob("*.py")):
        return _below(folder / top)
    return []


def _texts(module: ast.Module) -> Iterator[str]:
    for node in ast.walk(module):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and 0 < len(node.value) <= _NAMED:
            yield node.value


def _of_name(folder: Path, text: str) -> list[Path]:
    if "\n" in text or "\0" in text or text.strip("./ ") == "" or text.startswith(("/", "~")):
        return []
    path = (folder / text).resolve()
    if not path.is_relative_to(folder) or path.name in _NEVER:
        return []
    return _below(path) if path.is_dir() else [path] if path.is_file() else []


def _below(folder: Path) -> list[Path]:
    found = (path for path in sorted(folder.rglob("*")) if path.is_file() and not path.is_symlink())
    return [
        path for path in found if _NEVER.isdisjoint(path.relative_to(folder).parts) and path.suffix != ".pyc"
    ]
