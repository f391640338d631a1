"""The docs say what the code does: generated pages are current, and commands in the README exist."""

from __future__ import annotations

import re
import shlex
from functools import cache
from pathlib import Path

import pytest

from tests.support.cli import pygent
from tests.support.docs import DOCS, PAGES

ROOT = Path(__file__).parents[3]


@pytest.mark.parametrize("name", sorted(PAGES))
def test_generated_pages_are_current(name: str) -> None:
    assert (DOCS / name).read_text() == PAGES[name](), "run `make docs`"


def commands_in(page: Path) -> list[str]:
    blocks = re.findall(r"```(?:console|sh|bash)\n(.*?)```", page.read_text(), flags=re.DOTALL)
    lines = [line.strip().removeprefix("$ ") for block in blocks for line in block.splitlines()]
    return [line.partition("  #")[0].strip() for line in lines if line.startswith("pygent ")]


WRITTEN = [
    *(ROOT / name for name in ("README.md", "CONTRIBUTING.md", "ARCHITECTURE.md", "SECURITY.md")),
    *(page for page in sorted(DOCS.rglob("*.md")) if page.relative_to(DOCS).as_posix() not in PAGES),
]


@cache
def help_of(*path: str) -> str | None:
    """What `pygent PATH --help` prints; None if there is no such command."""
    done = pygent(*path, "--help")
    return done.out if done.code == 0 else None


@pytest.mark.parametrize("page", WRITTEN, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_commands_in_the_docs_exist_with_the_options_shown(page: Path) -> None:
    for command in commands_in(page):
        words = shlex.split(command)[1:]
        names = [word for word in words if re.fullmatch(r"[a-z][a-z-]*", word)]
        options = [word.partition("=")[0] for word in words if word.startswith("--")]
        help_text = help_of() or ""
        path: list[str] = []
        for name in names:
            of_this = help_of(*path, name)
            if of_this is None:
                break
            path.append(name)
            help_text += of_this
        of_all = words[0].startswith("--")  # an option of `pygent` itself
        assert path or of_all, f"{page.name}: no such command: {command}"
        plain = re.sub(r"\s+", " ", help_text)
        for option in options:
            assert option in plain, f"{page.name}: {option} in `{command}`"


def test_every_make_target_in_the_readme_exists() -> None:
    """Contributors find every target, users the two that start."""
    makefile = (ROOT / "Makefile").read_text()
    readme = set(re.findall(r"`make ([a-z]+)", (ROOT / "README.md").read_text()))
    targets = readme.union(*(re.findall(r"`make ([a-z]+)", page.read_text()) for page in WRITTEN))
    assert {"evolve", "test"} <= readme
    for target in targets:
        assert re.search(rf"^{target}:", makefile, flags=re.MULTILINE), target
