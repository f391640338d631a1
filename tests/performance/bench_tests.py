"""A suite of 200 tests, sealed and in-process in the sandbox, against plain pytest on this machine."""

from __future__ import annotations

import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from pygent.benchmarks.results import Trust
from pygent.benchmarks.testing.collect_inventory import take_inventory
from pygent.benchmarks.testing.in_process import run_direct
from pygent.benchmarks.testing.inventory import Inventory
from pygent.benchmarks.testing.programs import spec_of_tests
from pygent.benchmarks.testing.sealed import run_sealed
from pygent.sandbox.api import Isolation, Sandbox
from pygent.sandbox.backends.select import open_sandbox
from pygent.target_modules.spec.manifest import Target, load

FILES, PER_FILE = 8, 25
ROUNDS = 5

_MODULE = '''"""Words."""


def counted(text):
    found = {}
    for word in text.split():
        found[word] = found.get(word, 0) + 1
    return found


def longest(text):
    return max(text.split(), key=len)
'''
_TEST = """import pytest
from words import counted, longest

TEXT = "the quick brown fox jumps over the lazy dog " * 40


@pytest.mark.parametrize("number", range(25))
def test_words(number):
    text = TEXT + f" extraordinary{number}"
    assert counted(text)["the"] == 80
    assert longest(text) == f"extraordinary{number}"
"""
_MANIFEST = """name = "words"
goal = "Be right."
source = "."
files = ["words.py"]
support = ["tests/**"]
editable = ["words.py"]

[suite]
kind = "pytest"
tests = ["tests"]

[[objectives]]
metric = "passed"
direction = "max"
"""


def rows() -> list[tuple[str, str]]:
    """(what, figure) for the table of `make bench`, medians of rounds in turns; needs a sandbox."""
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        target = _target(root)
        sandbox = open_sandbox()
        try:
            inventory = take_inventory(target, sandbox)
            ways = _ways(target, sandbox, inventory)
            times: dict[str, list[float]] = {name: [] for name in ways}
            for _ in range(ROUNDS + 1):
                for name, way in ways.items():
                    start = time.perf_counter()
                    way()
                    times[name].append(time.perf_counter() - start)
        finally:
            sandbox.close()
    medians = {name: statistics.median(seconds[1:]) for name, seconds in times.items()}
    plain = medians["plain pytest"]
    return [
        (
            f"tests: suite of {FILES * PER_FILE}, {name}",
            f"{seconds * 1e3:.0f} ms, {seconds / plain:.2f} of plain",
        )
        for name, seconds in medians.items()
    ]


def _target(root: Path) -> Target:
    (root / "words.py").write_text(_MODULE)
    (root / "tests").mkdir()
    for number in range(FILES):
        (root / "tests" / f"test_words{number}.py").write_text(_TEST)
    (root / "target.toml").write_text(_MANIFEST)
    return load(root)


def _ways(target: Target, sandbox: Sandbox, inventory: Inventory) -> dict[str, Callable[[], None]]:
    tree, spec = target.tree(), spec_of_tests(target)
    sealed = inventory.ids(Trust.SEALED)
    assert len(sealed) == FILES * PER_FILE

    def plain() -> None:
        command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "tests"]
        done = subprocess.run(command, cwd=target.source, capture_output=True, text=True, check=True)
        assert f"{len(sealed)} passed" in done.stdout

    def in_process() -> None:
        with sandbox.box(spec, Isolation.PROCESS) as box:
            found = run_direct(target, tree, box)
        assert len(found.tests) == len(sealed)

    def through() -> None:
        with (
            sandbox.box(spec_of_tests(target, trusted=True), Isolation.PROCESS) as judge,
            sandbox.box(spec, Isolation.PROCESS) as box,
        ):
            found = run_sealed(target, tree, tree, judge, box, only=sealed, known=inventory.known(target))
        assert all(result.verdict == "passed" for result in found.tests.values())

    return {"plain pytest": plain, "in-process": in_process, "sealed, 400 calls": through}
