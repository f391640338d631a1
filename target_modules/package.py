"""Makes a target of a package as it lies in somebody's repository, with the tests that it has there."""

from __future__ import annotations

import difflib
import os
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from target_modules.init import quoted, source_of
from target_modules.manifest import TargetError
from target_modules.patch.editable import Editable
from target_modules.patch.outline import outline
from target_modules.patch.source import NotPython
from target_modules.pytest_settings import options_of, pytest_settings
from target_modules.requirements import Needed, read_toml, requirements_of

_NEVER = {
    ".git", ".hg", ".svn", ".tox", ".nox", ".venv", "venv", "env", "node_modules", "__pycache__", "build",
    "dist", ".eggs", ".mypy_cache", ".ruff_cache", ".pytest_cache", ".hypothesis", ".idea", ".vscode",
}  # fmt: skip
_NOT_PACKAGES = {"docs", "doc", "examples", "example", "scripts", "tools", "benchmarks", "bench"}
_NOT_MODULES = {"setup.py", "conftest.py", "noxfile.py", "tasks.py", "fabfile.py", "dodo.py"}
_SETTINGS = (
    "pyproject.toml",
    "pytest.ini",
    ".pytest.ini",
    "pytest.toml",
    "tox.ini",
    "setup.cfg",
    "conftest.py",
)
_BESIDE = ("PKG-INFO", "README.md", "README.rst", "README.txt", "README")
_LARGE = 2 << 20  # bytes; a larger data file stays out


@dataclass(frozen=True)
class Package:
    """What a target's manifest says of a repository. Paths are below `repo`; `notes` are for its owner."""

    repo: Path
    name: str
    root: str
    files: tuple[str, ...]
    support: tuple[str, ...]
    editable: tuple[str, ...]
    tests: tuple[str, ...]
    options: tuple[str, ...]
    needed: Needed
    notes: tuple[str, ...]


def look_at(repo: Path, editable: Sequence[str], tests: Sequence[str]) -> Package:
    """Find out how a repository is laid out, from the files that may change. Raises `TargetError`."""
    if not repo.is_dir():
        raise TargetError(f"--repo: {repo} is not a folder")
    repo = repo.resolve()
    entries = [_entry(repo, one) for one in editable]
    paths = [path for _, found in entries for path in found]
    root = _root_of(repo, paths)
    top = _tops(repo, root)
    settings = pytest_settings(repo)
    chosen = _tests(repo, tests, settings, paths)
    left_out: list[str] = []
    files = _sources(repo, root, top, chosen, paths)
    support = _support(repo, root, top, chosen, left_out)
    options, dropped = options_of(settings.get("addopts", ""))
    notes = [f"{len(files)} folders of Python files below {root}, tests in {', '.join(chosen)}"]
    notes += [f"left out, as it is large: {path}" for path in left_out]
    if dropped:
        notes.append(f"options of pytest left out: {' '.join(dropped)}")
    needed = requirements_of(repo)
    name = next((path.split("/")[0 if root == "." else len(root.split("/"))] for path in paths), repo.name)
    return Package(
        repo,
        name.removesuffix(".py"),
        root,
        files,
        support,
        tuple(text for text, _ in entries),
        chosen,
        options,
        needed,
        tuple(notes),
    )


def manifest_of(
    package: Package,
    out: Path,
    *,
    goal: str = "",
    trust: Literal["sealed", "in-process"] = "sealed",
    loopback: bool = False,
    recorded: Literal["", "cases", "timing"] = "",
    held_out: bool = False,
) -> str:
    """The text of `target.toml` in `out`. `recorded`: the kind of suite that its recorded cases are for."""
    name = re.sub(r"[^a-z0-9_-]+", "-", out.resolve().name.lower()).strip("-_") or "target"
    what = ", ".join(package.editable)
    goals = {"": f"Make every test pass: change {what}.", "cases": f"Make {what} right."}
    goals["timing"] = f"Make {what} faster. Its answers must stay the same."
    lines = [
        f"name = {quoted(name)}",
        f"goal = {quoted(goal or goals[recorded])}",
        f"source = {quoted(source_of(package.repo, out))}",
        f"files = {_array(package.files)}",
        f"support = {_array(package.support)}",
        f"pythonpath = {_array((package.root,))}",
        f"editable = {_array(package.editable)}",
        f"packages = {_array(package.needed.packages)}",
        f"trust = {quoted(trust)}",
        "",
        "[suite]",
        f"kind = {quoted(recorded or 'pytest')}",
        f"tests = {_array(package.tests)}",
        f"options = {_array(package.options)}",
    ]
    if recorded:
        lines.append('cases = "cases.jsonl"')
        lines += ['held_out = "held_out.jsonl"'] if held_out else []
    lines += [
        "",
        "[[objectives]]",
        f"metric = {quoted('speedup' if recorded == 'timing' else 'passed')}",
        'direction = "max"',
        "",
        "[limits]",
        "memory_mb = 1024",
        "pids = 128",
        "tmpfs_mb = 128",
        "load_seconds = 60",
        "call_seconds = 300",
        "total_seconds = 600",
        *(["loopback = true"] if loopback else []),
    ]
    return "\n".join(lines) + "\n"


def _entry(repo: Path, text: str) -> tuple[str, list[str]]:
    """One `--editable`, and the files that it means."""
    glob, _, symbol = text.partition(":")
    glob = glob.removeprefix("./")
    if not glob or glob.startswith("/") or ".." in glob.split("/"):
        raise TargetError(f"--editable: {glob or text!r} does not lie below {repo}")
    found = [
        path.relative_to(repo).as_posix()
        for path in sorted(repo.glob(glob))
        if path.is_file() and path.suffix == ".py" and not _NEVER & set(path.relative_to(repo).parts)
    ]
    if not found:
        near = difflib.get_close_matches(glob, [one.relative_to(repo).as_posix() for one in _python(repo)], 3)
        raise TargetError(f"--editable: no Python file is {repo / glob}" + _near(near))
    if symbol:
        names = [name for path in found for name in _names(repo / path)]
        if symbol not in names:
            raise TargetError(
                f"--editable: {glob} has no {symbol}" + _near(difflib.get_close_matches(symbol, names))
            )
    return f"{glob}:{symbol}" if symbol else glob, found


def _near(names: Sequence[str]) -> str:
    return f"; did you mean {' or '.join(names)}?" if names else ""


def _names(path: Path) -> list[str]:
    try:
        return list(outline(path.read_text("utf-8")).by_name)
    except (OSError, UnicodeDecodeError, NotPython) as error:
        raise TargetError(f"--editable: {path} cannot be read: {error}") from None


def _python(repo: Path) -> Iterable[Path]:
    for folder, inner, names in os.walk(repo):
        inner[:] = sorted(name for name in inner if name not in _NEVER)
        yield from (Path(folder, name) for name in sorted(names) if name.endswith(".py"))


def _root_of(repo: Path, paths: Sequence[str]) -> str:
    """The folder that the package is imported from: above the outermost `__init__.py`."""
    roots: set[str] = set()
    for path in paths:
        folder = (repo / path).parent
        while folder != repo and (folder / "__init__.py").is_file():
            folder = folder.parent
        inside = folder.relative_to(repo).parts
        if inside and not (repo / path).with_name("__init__.py").is_file():
            inside = inside[:1] if inside[0] in ("src", "lib", "python") else ()  # a namespace package
        roots.add("/".join(inside) or ".")
    if len(roots) > 1:
        raise TargetError(f"--editable: files of two import roots: {' and '.join(sorted(roots))}")
    return roots.pop()


def _tops(repo: Path, root: str) -> list[str]:
    """Packages and modules that can be imported from the root, but for tests and what only builds."""
    found: list[str] = []
    for path in sorted((repo / root).iterdir()):
        inside = path.relative_to(repo).as_posix()
        if path.is_dir() and path.name.isidentifier() and path.name not in _NEVER:
            plain = path.name in _NOT_PACKAGES or path.name in ("tests", "test")
            has_init = (path / "__init__.py").is_file()
            if (has_init and not (root == "." and plain and not _mentioned(repo, path.name))) or (
                root != "." and any(path.rglob("*.py"))
            ):
                found.append(inside)
        elif path.suffix == ".py" and path.name not in _NOT_MODULES and not _is_test_file(path.name):
            found.append(inside)
    return found


def _mentioned(repo: Path, name: str) -> bool:
    """Whether the project itself is called so."""
    project = read_toml(repo / "pyproject.toml").get("project", {})
    return str(project.get("name", "")).replace("-", "_").lower() == name.lower()


def _tests(
    repo: Path, given: Sequence[str], settings: dict[str, str], paths: Sequence[str]
) -> tuple[str, ...]:
    usual = [name for name in ("tests", "test") if (repo / name).is_dir()]
    asked = [one.strip("/").removeprefix("./") or "." for one in given] or settings.get(
        "testpaths", ""
    ).split()
    chosen: list[str] = []
    for test in asked or usual[:1]:
        place = repo / test.partition("::")[0]
        if not place.exists():
            raise TargetError(f"--tests: no such file or folder: {place}")
        within = place.is_dir() and any(
            path == test or test == "." or path.startswith(test + "/") for path in paths
        )
        chosen += _narrowed(repo, place) if within else [test]
    if not chosen:
        raise TargetError(f"--tests: {repo} has no folder `tests`: name the files or folders of the tests")
    return tuple(dict.fromkeys(chosen))


def _narrowed(repo: Path, place: Path) -> list[str]:
    """Where tests lie among the sources: folders of tests, and single files."""
    found: list[str] = []
    for path in _python(place):
        if not _is_test_file(path.name):
            continue
        folder = next(
            (one for one in reversed(path.relative_to(repo).parents) if one.name in ("tests", "test")), None
        )
        found.append((folder or path.relative_to(repo)).as_posix())
    return list(dict.fromkeys(found))


def _is_test_file(name: str) -> bool:
    return name.startswith("test_") or name.endswith("_test.py")


def _is_within(path: str, folders: Iterable[str]) -> bool:
    return any(path == folder or path.startswith(folder + "/") for folder in folders)


def _sources(
    repo: Path, root: str, tops: Sequence[str], tests: Sequence[str], paths: Sequence[str]
) -> tuple[str, ...]:
    """Globs of the package's own Python files, a folder each."""
    globs: dict[str, None] = {}
    for top in tops:
        if top.endswith(".py"):
            globs[top] = None
            continue
        for path in _python(repo / top):
            inside = path.relative_to(repo)
            if not _is_within(inside.as_posix(), tests):
                globs[f"{inside.parent.as_posix()}/*.py"] = None
    editable = Editable.of(globs)
    globs |= {path: None for path in paths if not editable.is_whole(path)}
    return tuple(globs)


def _support(
    repo: Path, root: str, tops: Sequence[str], tests: Sequence[str], left_out: list[str]
) -> tuple[str, ...]:
    """Globs of what else the tests may read."""
    found: dict[str, None] = {name: None for name in (*_SETTINGS, *_BESIDE) if (repo / name).is_file()}
    for test in tests:
        found[f"{test}/**" if (repo / test).is_dir() else test.partition("::")[0]] = None
    for metadata in (*repo.glob("*.egg-info"), *(repo / root).glob("*.egg-info")):
        found[f"{metadata.relative_to(repo).as_posix()}/*"] = None
    for top in tops:
        for folder, inner, names in os.walk(repo / top):
            inner[:] = sorted(name for name in inner if name not in _NEVER)
            for name in sorted(names):
                path = Path(folder, name)
                inside = path.relative_to(repo).as_posix()
                if name.endswith((".py", ".pyc")) or _is_within(inside, tests):
                    continue
                if path.stat().st_size > _LARGE:
                    left_out.append(inside)
                else:
                    found[inside] = None
    found |= dict.fromkeys(_between(repo, tests))
    return tuple(found)


def _between(repo: Path, tests: Sequence[str]) -> list[str]:
    """`conftest.py` and `__init__.py` in the folders above the tests."""
    found: list[str] = []
    for test in tests:
        for folder in list(Path(test).parents)[:-1]:
            found += [
                (folder / name).as_posix()
                for name in ("conftest.py", "__init__.py")
                if (repo / folder / name).is_file()
            ]
    return found


def _array(texts: Sequence[str]) -> str:
    if sum(map(len, texts)) < 80:
        return "[" + ", ".join(map(quoted, texts)) + "]"
    return "[\n" + "".join(f"    {quoted(text)},\n" for text in texts) + "]"
