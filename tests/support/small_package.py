"""A small package with its own tests, as it might lie in somebody's repository: src layout, data, a bug."""

from __future__ import annotations

from pathlib import Path

CORE = '''"""Sums and pieces."""

import pathlib


class Refused(ValueError):
    pass


def add(a, b):
    if a is None:
        raise Refused("nothing to add to", b)
    return a + b


def chunks(values, size):
    for start in range(0, len(values), size):
        yield values[start : start + size]


def total(values, start=0):
    for value in values:
        start = add(start, value)
    return start - 1


def apply(function, value):
    return function(value)


def forever():
    while True:
        yield 1


def greeting():
    return pathlib.Path(__file__).with_name("greeting.txt").read_text()


class Purse:
    def __init__(self, coins):
        self.coins = coins

    def worth(self):
        return total(self.coins)
'''
FIXED = CORE.replace("return start - 1", "return start")

TESTS = """import inspect

import pytest
from agent import add, chunks, total
from agent.core import Purse, Refused, apply, forever, greeting


@pytest.mark.parametrize("a, b", [(1, 2), (3, 4), ("a", "b")])
def test_add(a, b):
    assert add(a, b) == a + b


def test_refused():
    with pytest.raises(Refused, match="nothing") as caught:
        add(None, 7)
    assert caught.value.args == ("nothing to add to", 7)


def test_chunks():
    assert list(chunks([1, 2, 3], 2)) == [[1, 2], [3]]


def test_total(three):
    assert total([1, 2, three]) == 6


def test_total_from():
    assert total([1], start=1) == 2


def test_total_of_a_generator():
    assert total(one for one in [1]) == 1


def test_apply_by_name():
    assert apply(len, range(5)) == 5


def test_apply_anything():
    assert apply(lambda value: value + 1, 1) == 2


def test_forever():
    assert next(forever()) == 1


def test_purse_and_add():
    assert add(len(Purse([1, 2]).coins), 1) == 3


def test_greeting():
    assert greeting() == "hello\\n"


def test_nothing_of_the_package():
    assert 1 + 1 == 2


@pytest.mark.skip
def test_skipped():
    assert False


@pytest.mark.xfail
def test_expected_to_fail():
    assert False


def test_signature():
    assert str(inspect.signature(add)) == "(a, b)"
"""

MANIFEST = """name = "small-package"
goal = "Make every test pass."
source = "../repository"
files = ["src/agent/**/*.py"]
support = ["tests/**", "src/agent/*.txt"]
pythonpath = ["src"]
editable = ["src/agent/core.py"]
{more}
[suite]
kind = "pytest"
tests = ["tests"]

[[objectives]]
metric = "passed"
direction = "max"
"""


def write_repository(folder: Path, *, core: str = CORE, tests: str = TESTS) -> Path:
    package = folder / "src" / "agent"  # the name of one of our own rooms
    package.mkdir(parents=True)
    (package / "__init__.py").write_text("from .core import add, chunks, total\n")
    (package / "core.py").write_text(core)
    (package / "greeting.txt").write_text("hello\n")
    (folder / "tests").mkdir()
    (folder / "tests" / "conftest.py").write_text(
        "import pytest\n\n\n@pytest.fixture\ndef three():\n    return 3\n"
    )
    (folder / "tests" / "test_core.py").write_text(tests)
    return folder


def write_package_target(folder: Path, *, core: str = CORE, tests: str = TESTS, more: str = "") -> Path:
    """The target's folder, the repository beside it; `tests.json` is not written yet."""
    write_repository(folder / "repository", core=core, tests=tests)
    target = folder / "target"
    target.mkdir()
    (target / "target.toml").write_text(MANIFEST.format(more=more))
    return target
