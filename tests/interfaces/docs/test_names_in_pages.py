"""Pages name the files, modules and classes of this project as they are called today."""

from __future__ import annotations

import builtins
import re
from functools import cache
from pathlib import Path

import pytest

from pygent.benchmarks.suites.suite_registry import SUITES
from pygent.evolution.extension_points import REGISTRIES
from tests.support.docs import DOCS

ROOT = Path(__file__).parents[3]
PAGES = [
    *(ROOT / name for name in ("README.md", "ARCHITECTURE.md", "CONTRIBUTING.md", "SECURITY.md")),
    *sorted(DOCS.rglob("*.md")),
]
FOLDERS = sorted(path.name for path in ROOT.iterdir() if path.is_dir() and not path.name.startswith("."))
GROUPS = {registry.group for registry in (*REGISTRIES.values(), SUITES)}  # of entry points
PLACEHOLDER = re.compile(r"<\w+>|NAME")
FILES_OF_A_USER = {"tests/test_ranges.py"}
NAMES_OF_OTHERS = {
    "Error",
    "EvaluationResult",
    "Host",
    "Literal",
    "None",
    "Origin",
    "TestCase.run",
}


def name_of(page: Path) -> str:
    return page.relative_to(ROOT).as_posix()


@cache
def code() -> str:
    files = (file for folder in FOLDERS for file in sorted((ROOT / folder).rglob("*.py")))
    return "\n".join(file.read_text(errors="replace") for file in files)


def is_a_module(dotted: str) -> bool:
    """Whether there is such a module or package of ours, or a class in one."""
    module, _, name = dotted.rpartition(".")
    if name[:1].isupper():
        return is_a_module(module) and is_defined(name)
    place = ROOT / "src" / "pygent" / dotted.replace(".", "/")
    return place.is_dir() or place.with_suffix(".py").is_file()


def is_defined(dotted: str) -> bool:
    """Whether our code defines each part of a dotted name, as a class, a function or a field."""
    return all(
        re.search(rf"^\s*(?:(?:async )?def|class) {part}\b|^\s*{part}\b *[:=]", code(), flags=re.MULTILINE)
        for part in dotted.split(".")
    )


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_paths_of_ours_exist(page: Path) -> None:
    paths = rf"(?<![\w/.~$}}-])((?:{'|'.join(FOLDERS)})/[\w./<>*-]*[\w>])"
    for path in set(re.findall(paths, page.read_text())) - FILES_OF_A_USER:
        if PLACEHOLDER.search(path):
            assert (ROOT / PLACEHOLDER.split(path)[0]).parent.is_dir(), path
        else:
            assert (ROOT / path).exists(), path


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_modules_of_ours_exist(page: Path) -> None:
    for name in set(re.findall(r"(?<![\w./])pygent\.(\w[\w.]*\w)", page.read_text())) - {"toml"}:
        assert f"pygent.{name}" in GROUPS or is_a_module(name) or is_defined(name), f"pygent.{name}"


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_classes_of_ours_exist(page: Path) -> None:
    names = re.findall(r"`([A-Z]\w*[a-z]\w*(?:\.\w+)*)(?:\([^`]*\))?`", page.read_text())
    for name in set(names) - NAMES_OF_OTHERS - set(dir(builtins)):
        assert is_defined(name), f"{name}: has it been renamed?"


def test_the_architecture_page_lists_the_sub_packages_of_every_room() -> None:
    table = (ROOT / "ARCHITECTURE.md").read_text().split("| room | sub-packages |")[1].split("\n\n")[0]
    listed = {
        room: set(re.findall(r"`(\w+)/`", row))
        for room, row in re.findall(r"^\| `(\w+)/` \| (.+) \|$", table, re.M)
    }
    rooms = [ROOT / name for name in FOLDERS if (ROOT / "src" / "pygent" / name).is_symlink()]
    assert listed == {
        room.name: {
            inside.name
            for inside in room.iterdir()
            if any("__pycache__" not in file.parts for file in inside.rglob("*.*"))
        }
        for room in rooms
    }
