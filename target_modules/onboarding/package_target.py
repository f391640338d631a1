"""Make a target from a package in a repository, with the tests that it has there."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from glob import escape
from pathlib import Path
from typing import Literal

from pygent.target_modules.onboarding.globs import Disk, cover, is_below, walk
from pygent.target_modules.onboarding.import_root import declared_roots, root_of
from pygent.target_modules.onboarding.layout import Layout, lay_out, sources_among, texts_of_tests
from pygent.target_modules.onboarding.module_target import name_for, source_of
from pygent.target_modules.onboarding.project_metadata import distribution_of
from pygent.target_modules.onboarding.pytest_settings import (
    options_for_box,
    options_of,
    pytest_settings,
    words_of,
)
from pygent.target_modules.onboarding.requirements import (
    Needed,
    name_of,
    read_setup_cfg,
    read_toml,
    requirements_of,
)
from pygent.target_modules.patch.model.editable import BLOCKS, Editable
from pygent.target_modules.patch.model.path_glob import matches
from pygent.target_modules.patch.syntax.outline import outline
from pygent.target_modules.patch.syntax.source import NotPythonError
from pygent.target_modules.spec.manifest import TargetError
from pygent.target_modules.spec.manifest_tables import DistributionTable
from pygent.target_modules.spec.manifest_text import manifest_text


@dataclass(frozen=True)
class Package:
    """The facts about a repository for a manifest; paths are below `repo`, `notes` are for its owner."""

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
    distribution: DistributionTable | None


def look_at(repo: Path, editable: Sequence[str], tests: Sequence[str]) -> Package:
    """Find the layout of a repository, from the files that may change. Raises `TargetError`."""
    if not repo.is_dir():
        raise TargetError(f"--repo: {repo} is not a folder")
    repo = repo.resolve()
    disk = walk(repo)
    entries = [_entry(repo, disk, one) for one in editable]
    settings = pytest_settings(repo)
    meant = [found if len(found) == 1 else sources_among(found, settings) for _, found in entries]
    paths = list(dict.fromkeys(path for found in meant for path in found))
    if not paths:
        raise TargetError(f"--editable: {', '.join(editable)}: all of these are tests")
    root = _one_root(repo, disk, paths, tests)
    needed = requirements_of(repo)
    layout = lay_out(repo, disk, root, paths, tests, settings, needed.own)
    names = {name_of(text) for text in needed.packages}
    options, dropped = options_of(words_of(settings, "addopts"), names, _defines(repo, disk))
    notes = [
        f"{len(layout.tree)} files in the tree, imported from {root}; tests in {', '.join(layout.tests)}; "
        f"{len(layout.support)} files that tests may read",
        *layout.notes,
    ]
    if dropped:
        notes.append(f"options of pytest left out: {' '.join(dropped)}")
    name = paths[0].removeprefix(f"{root}/").split("/")[0].removesuffix(".py")
    narrow = [one for text, _ in entries for one in _without_tests(text, layout, disk)]
    return Package(
        repo,
        name,
        root,
        cover(layout.tree, disk, ".py"),
        cover(layout.support, disk),
        tuple(dict.fromkeys(narrow)),
        layout.tests,
        (*options, *options_for_box(settings, names)),
        needed,
        tuple(notes),
        distribution_of(repo, root, needed.own, layout.tree),
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
    """The text of `target.toml` in `out`; `recorded`: the kind of suite for its recorded cases."""
    what = ", ".join(package.editable)
    goals = {"": f"Make every test pass: change {what}.", "cases": f"Make {what} right."}
    goals["timing"] = f"Make {what} faster. Its answers must stay the same."
    return manifest_text(
        {
            "name": name_for(out),
            "goal": goal or goals[recorded],
            "source": source_of(package.repo, out),
            "files": package.files,
            "support": package.support,
            "pythonpath": [package.root],
            "editable": package.editable,
            "packages": package.needed.packages,
            "trust": trust,
            "suite": {
                "kind": recorded or "pytest",
                "tests": package.tests,
                "options": package.options,
                "cases": "cases.jsonl" if recorded else None,
                "held_out": "held_out.jsonl" if recorded and held_out else None,
            },
            "objectives": [{"metric": "speedup" if recorded == "timing" else "passed", "direction": "max"}],
            "limits": {
                "memory_mb": 1024,
                "pids": 128,
                "tmpfs_mb": 128,
                "load_seconds": 60,
                "call_seconds": 300,
                "total_seconds": 600,
                "loopback": loopback or None,
            },
            "distribution": package.distribution and package.distribution.model_dump(),
        }
    )


def _entry(repo: Path, disk: Disk, text: str) -> tuple[str, list[str]]:
    """The manifest's entry for an `--editable`, and the files that it matches."""
    where, _, symbol = text.partition(":")
    glob = where.removeprefix(f"{repo}/").removeprefix("./")
    if not glob or glob.startswith("/") or ".." in glob.split("/"):
        raise TargetError(f"--editable: {glob or text!r} does not lie below {repo}")
    python = [path for path in disk.files if path.endswith(".py")]
    if glob in python:
        glob = escape(glob)
    found = [path for path in python if matches(path, glob)]
    if not found:
        near = (
            [f"{glob.rstrip('/')}/**/*.py"]
            if any(is_below(path, glob.rstrip("/")) for path in python)
            else []
        )
        near = near or difflib.get_close_matches(glob, python, 3)
        raise TargetError(f"--editable: no Python file is {repo / glob}" + _near(near))
    if symbol and symbol != BLOCKS:
        names = [name for path in found for name in _names(repo / path)]
        if symbol not in names:
            raise TargetError(
                f"--editable: {glob} has no {symbol}" + _near(difflib.get_close_matches(symbol, names))
            )
    return f"{glob}:{symbol}" if symbol else glob, found


def _without_tests(entry: str, layout: Layout, disk: Disk) -> tuple[str, ...]:
    """An entry of the manifest's `editable`, narrowed if its glob also matches tests."""
    opened = Editable.of([entry])
    if not any(opened.is_whole(path) for path in layout.support):
        return (entry,)
    return cover([path for path in layout.tree if opened.is_whole(path)], disk, ".py")


def _near(names: Sequence[str]) -> str:
    return f"; did you mean {' or '.join(names)}?" if names else ""


def _names(path: Path) -> list[str]:
    try:
        return list(outline(path.read_text("utf-8")).by_name)
    except (OSError, UnicodeDecodeError, NotPythonError) as error:
        raise TargetError(f"--editable: {path} cannot be read: {error}") from None


def _one_root(repo: Path, disk: Disk, paths: Sequence[str], asked: Sequence[str]) -> str:
    project = read_toml(repo / "pyproject.toml")
    declared = declared_roots(project, read_setup_cfg(repo).get("options", {}))
    texts = texts_of_tests(repo, disk, asked)
    roots = {root_of(path, disk.files, texts, declared) for path in paths}
    if len(roots) > 1:
        raise TargetError(
            f"--editable: its files are imported from {' and '.join(sorted(roots))}: name those of one"
        )
    return roots.pop()


def _defines(repo: Path, disk: Disk) -> Callable[[str], bool]:
    """A test of whether the repository itself defines an option of pytest or a plugin's module."""

    def is_own(word: str) -> bool:
        if not word.startswith("-"):
            return any(f"/{path}".endswith((f"/{word}.py", f"/{word}/__init__.py")) for path in disk.files)
        return any(
            f'"{word}"' in text or f"'{word}'" in text
            for path in disk.files
            if path.endswith(".py")
            if "pytest_addoption" in (text := (repo / path).read_text("utf-8", errors="replace"))
        )

    return is_own
