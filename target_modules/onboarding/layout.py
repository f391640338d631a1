"""Find the layout of a repository: the package, its tests, and other files that the tests may read."""

from __future__ import annotations

import fnmatch
import glob
import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from pygent.target_modules.onboarding.globs import Disk, is_below
from pygent.target_modules.onboarding.pytest_settings import FILES, words_of
from pygent.target_modules.patch.model.path_glob import matches
from pygent.target_modules.spec.manifest import TargetError

LARGE = 2 << 20  # bytes; a larger file stays out
MOST_FILES = 3000  # as many as fit into the box's scratch space, with room for tests
_TEST_FOLDERS = ("tests", "test", "testing")
_NOT_PACKAGES = {"docs", "doc", "examples", "example", "scripts", "tools", "benchmarks", "bench"}
_NOT_MODULES = {"setup.py", "conftest.py", "noxfile.py", "tasks.py", "fabfile.py", "dodo.py"}
_SETTINGS = {*FILES, "conftest.py", "PKG-INFO"}
_BESIDE = re.compile(r"(readme|license|changes|changelog)(\.\w+)?", re.IGNORECASE)
_BINARY = (".so", ".pyd", ".dylib", ".dll")


@dataclass(frozen=True)
class Layout:
    """Paths below the repository: the tree, its support files, and the places where pytest finds tests."""

    tree: tuple[str, ...]
    support: tuple[str, ...]
    tests: tuple[str, ...]
    notes: tuple[str, ...]


def lay_out(
    repo: Path,
    disk: Disk,
    root: str,
    paths: Sequence[str],
    asked: Sequence[str],
    settings: dict[str, str],
    name: str,
) -> Layout:
    """The layout around the editable files, `paths`.

    `asked` are the tests' places if given; `name` is the project's name. Raises `TargetError` if there are no
    tests, or too many files.
    """
    for path in paths:
        if _is_test_file(path, settings) or path.endswith("conftest.py"):
            raise TargetError(f"--editable: {path} is one of the tests")
    tops = _tops(disk, root, paths, name)
    tests = _tests(disk, tops, paths, asked, settings)
    places = [test.partition("::")[0] for test in tests]
    python = [path for path in disk.files if path.endswith(".py") and _among(path, tops)]
    tree = [path for path in python if not _among(path, places) and not path.endswith("conftest.py")]
    around = [_outermost(place, tree) for place in places]
    texts = [_text(repo / path) for path in disk.files if path.endswith(".py") and _among(path, around)]
    read = _folders_in(texts, disk, root)
    support: list[str] = []
    notes: list[str] = []
    sources = set(tree)
    for path, size in disk.files.items():
        if path in sources or not (_among(path, (*around, *tops, *read)) or _is_beside(path, root, places)):
            continue
        if size > LARGE:
            notes.append(f"left out, as it is large: {path} ({size / (1 << 20):.1f} MB)")
        elif path.endswith(_BINARY):
            notes.append(f"left out, as no library can be loaded from a box's scratch space: {path}")
        else:
            support.append(path)
    if len(tree) + len(support) > MOST_FILES:
        raise TargetError(
            f"--tests: a box takes {MOST_FILES} files, not {len(tree) + len(support)}: name fewer folders"
        )
    return Layout(tuple(tree), tuple(support), tests, tuple(notes))


def sources_among(paths: Sequence[str], settings: dict[str, str]) -> list[str]:
    """The paths without tests, some of which a glob may match."""
    named = [path for path in paths if not _is_test_file(path, settings) and not path.endswith("conftest.py")]
    return [path for path in named if not _in_test_folder(path)] or named


def _among(path: str, folders: Iterable[str]) -> bool:
    return any(is_below(path, folder) for folder in folders)


def texts_of_tests(repo: Path, disk: Disk, asked: Sequence[str]) -> list[str]:
    """The texts of files that look like tests."""
    folders = [one.partition("::")[0] for one in asked] or _TEST_FOLDERS
    return [
        _text(repo / path)
        for path in disk.files
        if path.endswith(".py")
        and (_is_test_file(path, {}) or any(is_below(path, one) for one in folders) or _in_test_folder(path))
    ]


def _tops(disk: Disk, root: str, paths: Sequence[str], name: str) -> list[str]:
    """Packages and modules that can be imported from the root, except tests and build files."""
    base = "" if root == "." else f"{root}/"
    python = [path for path in disk.files if path.startswith(base) and path.endswith(".py")]
    found: dict[str, None] = {}
    for path in python:
        first, slash, _ = path[len(base) :].partition("/")
        top = base + first
        if any(is_below(one, top) for one in paths):
            found[top] = None
        elif not slash:
            if first not in _NOT_MODULES and not _is_test_file(path, {}):
                found[top] = None
        elif first.isidentifier() and (root != "." or f"{top}/__init__.py" in disk.files):
            plain = first in _NOT_PACKAGES or first in _TEST_FOLDERS
            if root != "." or not plain or name.replace("-", "_").lower() == first.lower():
                found[top] = None
    return list(found)


def _tests(
    disk: Disk, tops: Sequence[str], paths: Sequence[str], asked: Sequence[str], settings: dict[str, str]
) -> tuple[str, ...]:
    chosen: list[str] = []
    given = [one.removeprefix("./").rstrip("/") or "." for one in asked]
    declared = given or [one for word in words_of(settings, "testpaths") for one in _there(word, disk)]
    for test in declared or _usual(disk, tops):
        place = test.partition("::")[0]
        if not disk.below(place):
            near = sorted({path.rpartition("/")[0] for path in disk.files if _is_test_file(path, settings)})
            also = f"; tests lie in {', '.join(near[:3])}" if near else ""
            raise TargetError(f"--tests: no such file or folder: {place}{also}")
        within = any(is_below(path, place) for path in paths)
        chosen += _narrowed(disk, place, settings) if within else [test]
    if not chosen:
        raise TargetError(
            "--tests: the repository has no folder `tests`: name the files or folders of the tests"
        )
    return tuple(dict.fromkeys(chosen))


def _usual(disk: Disk, tops: Sequence[str]) -> list[str]:
    """A folder of tests beside the package, else the folders of tests inside it."""
    beside = [name for name in _TEST_FOLDERS[:2] if name not in tops and disk.below(name)]
    inside = {folder: None for top in tops for path in disk.below(top) if (folder := _test_folder(path, top))}
    return beside[:1] or list(inside)


def _there(word: str, disk: Disk) -> list[str]:
    """The paths that a glob of `testpaths` matches; like pytest, it ignores missing paths."""
    word = word.removeprefix("./").rstrip("/") or "."
    if not glob.has_magic(word):
        return [word] if disk.below(word) else []
    places = {place.as_posix() for path in disk.files for place in (Path(path), *Path(path).parents[:-1])}
    return sorted(place for place in places if matches(place, word))


def _narrowed(disk: Disk, place: str, settings: dict[str, str]) -> list[str]:
    """The places of tests among the sources: folders of tests, and single files."""
    found: dict[str, None] = {}
    for path in disk.below(place):
        if _is_test_file(path, settings):
            found[_test_folder(path, place) or path] = None
    return list(found)


def _test_folder(path: str, top: str) -> str:
    """The outermost folder of tests below `top` that holds the file."""
    parts = path.split("/")
    start = 0 if top == "." else top.count("/") + 1
    for end in range(start, len(parts) - 1):
        if parts[end] in _TEST_FOLDERS[:2]:
            return "/".join(parts[: end + 1])
    return ""


def _in_test_folder(path: str) -> bool:
    return bool(set(path.split("/")[:-1]) & set(_TEST_FOLDERS))


def _is_test_file(path: str, settings: dict[str, str]) -> bool:
    patterns = words_of(settings, "python_files") or ["test_*.py", "*_test.py"]
    name = path.rpartition("/")[2]
    return name.endswith(".py") and any(fnmatch.fnmatchcase(name, pattern) for pattern in patterns)


def _outermost(place: str, tree: Collection[str]) -> str:
    """The outermost folder above the tests that has no sources: helpers lie there."""
    while "/" in place and not any(is_below(path, place.rpartition("/")[0]) for path in tree):
        place = place.rpartition("/")[0]
    return place


def _is_beside(path: str, root: str, places: Iterable[str]) -> bool:
    """Whether a file supports the tests.

    Such files are settings at the top, metadata of an installed package, and `conftest.py` and `__init__.py`
    in folders above the tests.
    """
    folder, _, name = path.rpartition("/")
    if not folder:
        return name in _SETTINGS or bool(_BESIDE.fullmatch(name))
    if folder.endswith((".egg-info", ".dist-info")):
        return folder.rpartition("/")[0] in ("", "" if root == "." else root)
    return name in ("conftest.py", "__init__.py") and any(place.startswith(f"{folder}/") for place in places)


def _folders_in(texts: Iterable[str], disk: Disk, root: str) -> set[str]:
    """Other top-level folders that the tests name in a string."""
    tops = {path.partition("/")[0] for path in disk.files if "/" in path} - {root.partition("/")[0]}
    named: set[str] = set()
    for text in texts:
        named |= {
            top
            for top in tops - named
            if not top.startswith(".") and re.search(rf"[\"'/]{re.escape(top)}[\"'/]", text)
        }
    return named


def _text(path: Path) -> str:
    try:
        return path.read_text("utf-8")
    except (OSError, UnicodeDecodeError):
        return ""
