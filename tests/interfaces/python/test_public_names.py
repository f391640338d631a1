"""`import pygent` is light, typed, and offers what it lists."""

from __future__ import annotations

import inspect
import subprocess
import sys
from pathlib import Path

import pytest

import pygent
from tests.interfaces.cli.test_start import HEAVY
from tests.support.docs import DOCS

ROOT = DOCS.parent
SCRIPT = '''\
"""What an engineer writes."""

from collections.abc import Callable
from random import Random

import pygent


class Newest:
    def __init__(self) -> None:
        self.names: list[str] = []

    def add(self, member: pygent.Candidate) -> None:
        self.names.append(member.variant)

    def remove(self, variant: str) -> None:
        self.names.remove(variant)

    def select(self, rng: Random) -> str:
        return self.names[-1]

    def chosen(self, variant: str) -> None: ...


def show(progress: pygent.Progress) -> None:
    print(progress.attempts, progress.best and progress.best.score)


def double(number: int) -> int:
    return number + number


target: pygent.Target = pygent.target(double, [((1,), 2), ((2,), 4)])
run = pygent.evolve(target, evaluations=20, selector=Newest, callbacks=[show], workers=1)
best: pygent.Variant | None = run.best
if best is not None:
    score: float | None = best.score
    held_out: pygent.Interval | None = best.held_out
    print(best.diff, score, held_out, best.status is pygent.Status.CHAMPION)
plan: pygent.ApplyPlan = run.apply(dry_run=True)
applied: pygent.Applied = run.apply()
measured: pygent.Evaluation = pygent.bench(target, source="def double(number): return 2 * number")
with pygent.Archive.open(".pygent") as archive:
    names: list[str] = [one.id for one in archive.run(run.id).variants(status="accepted")]
settings: pygent.RunConfig = run.settings


async def later(select: Callable[[], pygent.Selector]) -> pygent.Run:
    return await pygent.aresume(await pygent.aevolve("targets/slugify", selector=select()), dollars=2)
'''


def of_child(code: str, *, cwd: Path) -> str:
    return subprocess.run(
        [sys.executable, "-c", code], cwd=cwd, capture_output=True, text=True, check=True
    ).stdout.strip()


def test_importing_it_imports_nothing_heavy(tmp_path: Path) -> None:
    code = f"import sys, pygent; dir(pygent); print({{one for one in {HEAVY!r} if one in sys.modules}})"
    assert of_child(code, cwd=tmp_path) == "set()"
    assert (
        of_child("import sys, pygent; print([n for n in sys.modules if 'pygent.' in n])", cwd=tmp_path)
        == "[]"
    )


def test_every_name_is_there_and_nothing_else_is_listed() -> None:
    assert dir(pygent) == sorted(pygent.__all__) == list(pygent.__all__)
    for name in pygent.__all__:
        assert getattr(pygent, name).__name__ == name
    with pytest.raises(AttributeError, match="module 'pygent' has no attribute 'nosuch'"):
        pygent.nosuch  # noqa: B018


@pytest.mark.parametrize("name", pygent.__all__)
def test_every_name_says_what_it_is_for(name: str) -> None:
    found = getattr(pygent, name)
    text = found.__doc__ or ""
    assert len(text) > 20
    assert not text.startswith(f"{name}("), "made by dataclass"


@pytest.mark.parametrize("name", ["Acceptor", "Archive", "Proposer", "Run", "Selector", "Tracker", "Variant"])
def test_every_method_says_what_it_does(name: str) -> None:
    for method, value in vars(getattr(pygent, name)).items():
        if not method.startswith("_") and (inspect.isfunction(value) or isinstance(value, property)):
            assert inspect.getdoc(value), f"{name}.{method}"


def test_the_page_has_every_name() -> None:
    page = (DOCS / "reference" / "python.md").read_text()
    missing = [name for name in pygent.__all__ if f"`{name}" not in page]
    assert missing == []


def test_a_script_that_uses_it_passes_mypy(tmp_path: Path) -> None:
    (tmp_path / "script.py").write_text(SCRIPT)
    done = subprocess.run(
        [sys.executable, "-m", "mypy", "--strict", str(tmp_path / "script.py")],
        cwd=ROOT,  # for its settings, and for what `make lint` has put into the cache
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout
