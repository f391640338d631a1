"""`pygent --help` answers at once: it imports next to nothing. `make bench` has the time."""

from __future__ import annotations

import subprocess
import sys

import pytest

from pygent.interfaces.cli.app import app
from pygent.interfaces.cli.sections import SECTIONS
from tests.support.cli import pygent

HEAVY = (
    "pydantic",
    "rich",
    "click",
    "sqlalchemy",
    "libcst",
    "openai",
    "litellm",
    "docker",
    "mcp",
    "jinja2",
    "sqlite3",
)


@pytest.mark.parametrize(
    "words", [["--help"], ["evolve", "--help"], ["resume", "-h"], ["archive", "--help"]], ids=" ".join
)
def test_help_imports_nothing_heavy(words: list[str]) -> None:
    code = (
        "import sys\n"
        f"sys.argv = ['pygent', *{words!r}]\n"
        "from pygent.interfaces.cli import main\n"
        "try:\n    main()\nexcept SystemExit:\n    pass\n"
        f"print('heavy:', *sorted({{name for name in {HEAVY!r} if name in sys.modules}}))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert "Usage: pygent" in done.stdout
    assert done.stdout.splitlines()[-1] == "heavy:"


def test_every_command_stands_in_one_section_with_its_whole_sentence() -> None:
    names = [name for group in SECTIONS.values() for name in group]
    commands = [one.name or one.callback.__name__ for one in app.registered_commands]  # type: ignore[union-attr]
    groups = [one.name for one in app.registered_groups]
    assert sorted(names) == sorted([*commands, *groups])
    told = pygent("--help").out
    assert "..." not in told.replace("[ARGS]...", "")
    assert all(f"\n{title}:\n" in told for title in SECTIONS)
