"""Find the folder from which a repository's package is imported."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator
from typing import Any

_USUAL = ("src", "lib", "python")
_IMPORT = re.compile(r"^\s*(?:from|import)\s+([A-Za-z_][\w.]*)", re.MULTILINE)


def root_of(path: str, files: Collection[str], tests: Iterable[str], declared: Collection[str]) -> str:
    """The root of the module `path`: `.` or a folder.

    It is above the outermost `__init__.py`. If that leaves a choice (namespace packages), it is where the
    tests' imports begin (`tests`: their texts), else what the project declares, else the usual one.
    """
    folder = path.rpartition("/")[0]
    while folder and f"{folder}/__init__.py" in files:
        folder = folder.rpartition("/")[0]
    places = [folder]
    while places[-1]:
        places.append(places[-1].rpartition("/")[0])
    if len(places) == 1:
        return "."
    imported = {name.split(".")[0] for text in tests for name in _IMPORT.findall(text)}
    for place in places:
        if _top(path, place) in imported:
            return place or "."
    for place in places:
        if place in declared or place in _USUAL:
            return place
    return "." if folder == path.rpartition("/")[0] else folder


def declared_roots(project: dict[str, Any], setup: dict[str, str]) -> set[str]:
    """The roots that pyproject.toml or `package_dir` of setup.cfg declare; other forms are ignored."""
    tool = project.get("tool", {})
    roots = {text.strip("./ ") for text in _from_build_tools(tool if isinstance(tool, dict) else {})}
    for line in setup.get("package_dir", "").splitlines():
        name, equals, folder = line.partition("=")
        if equals and not name.strip():
            roots.add(folder.strip("./ "))
    return roots - {""}


def _from_build_tools(tool: dict[str, Any]) -> Iterator[str]:
    setuptools = _table(tool, "setuptools")
    yield from _strings([_table(setuptools, "package-dir").get("")])
    yield from _strings(_table(setuptools, "packages", "find").get("where"))
    yield from _strings([_table(tool, "pdm", "build").get("package-dir")])
    yield from _strings([_table(tool, "uv", "build-backend").get("module-root")])
    for path in _strings(_table(tool, "hatch", "build", "targets", "wheel").get("packages")):
        yield path.strip("/").rpartition("/")[0]
    packages = _table(tool, "poetry").get("packages")
    for one in packages if isinstance(packages, list) else ():
        yield from _strings([one.get("from")] if isinstance(one, dict) else None)


def _table(table: dict[str, Any], *keys: str) -> dict[str, Any]:
    for key in keys:
        inner = table.get(key)
        table = inner if isinstance(inner, dict) else {}
    return table


def _strings(value: object) -> list[str]:
    return [one for one in value if isinstance(one, str)] if isinstance(value, list) else []


def _top(path: str, root: str) -> str:
    inside = path[len(root) + 1 :] if root else path
    return inside.split("/")[0].removesuffix(".py")
