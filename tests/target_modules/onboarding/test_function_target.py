"""A function at hand becomes a target: from its file, or from the notebook or script that defines it."""

from __future__ import annotations

import importlib.util
import linecache
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType

import pytest

from pygent.benchmarks.results import EvaluationContext
from pygent.benchmarks.suites.suite_registry import suite_for
from pygent.sandbox.api import Call, Isolation
from pygent.sandbox.backends.local import LocalSandbox
from pygent.target_modules.onboarding.function_target import Pair, of_function
from pygent.target_modules.spec.cases_file import Case
from pygent.target_modules.spec.manifest import Target, TargetError

Function = Callable[..., object]
CASES: list[Case | Pair] = [((number, 2), number + 2) for number in range(4)]
CELL = '''
from __future__ import annotations

import math
import os.path as places
from collections import Counter
from dataclasses import dataclass
from functools import lru_cache
from math import floor as down
from random import Random, randint
import xml.etree.ElementTree

LIMIT = 3
TABLE = {"a": (1, 2.5), "b": None}
UNUSED = data = object()


@dataclass
class Point:
    x: int

    def moved(self):
        return Point(clamp(self.x + 1))


def clamp(value):
    return min(value, LIMIT)


def total(values):
    """Uses a class, a helper of that class, imports under their own names and others, and constants."""
    counts = Counter(values)
    moved = [Point(down(value)).moved().x for value in values]
    return sum(moved) + len(counts) + math.floor(TABLE["a"][1]) + len(places.basename("a/bc"))


def shadowing(data, LIMIT):
    """Its arguments have the names of things that could not be written down."""
    return [data for data in range(LIMIT)]


def drawn(seed):
    return Random(seed).randint(1, 1) + len(xml.etree.ElementTree.fromstring("<a/>").attrib) + cached(1)


@lru_cache
def cached(value: Late) -> int:
    return value


def countdown(number):
    return 0 if number <= 0 else countdown(number - 1)


def dice(number):
    """A function that is a method of a hidden object."""
    return randint(number, number)


def even(number):
    return number == 0 or odd(number - 1)


def odd(number):
    return number != 0 and even(number - 1)
'''


def evaluated(target: Target) -> float | None:
    with LocalSandbox() as sandbox:
        context = EvaluationContext(sandbox, Isolation.PROCESS, seed=1, baseline=target.tree())
        evaluation = suite_for(target).evaluate(target.tree(), context)
    assert evaluation.graded, evaluation.reason
    return evaluation.score


@pytest.fixture
def module(tmp_path: Path) -> Iterator[Callable[[str], ModuleType]]:
    """Imports a file with the given text."""
    made: list[str] = []

    def imported(text: str) -> ModuleType:
        path = tmp_path / "code" / f"of_mine_{len(made)}.py"
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)
        spec = importlib.util.spec_from_file_location(path.stem, path)
        assert spec is not None
        assert spec.loader is not None
        found = importlib.util.module_from_spec(spec)
        sys.modules[path.stem] = found
        made.append(path.stem)
        spec.loader.exec_module(found)
        return found

    yield imported
    for name in made:
        sys.modules.pop(name)


@pytest.fixture
def cell(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], dict[str, Function]]:
    """Runs a text as a notebook runs a cell: in `__main__`, with its lines where `inspect` finds them."""

    main = ModuleType("__main__")
    monkeypatch.setitem(sys.modules, "__main__", main)

    def run(text: str) -> dict[str, Function]:
        place = f"<cell {len(linecache.cache)}>"
        monkeypatch.setitem(linecache.cache, place, (len(text), None, text.splitlines(True), place))
        exec(compile(text, place, "exec"), main.__dict__)
        return vars(main)

    return run


def test_the_source_of_a_function_in_a_file_is_that_file(
    tmp_path: Path, module: Callable[[str], ModuleType]
) -> None:
    code = module("def add(a, b):\n    return a + b if a else 0\n")
    target = of_function(code.add, CASES, tmp_path / "targets")
    assert target.source == Path(str(code.__file__)).parent
    assert target.manifest.entry == f"{code.__name__}:add"
    assert evaluated(target) == 0.75
    assert sorted(path.name for path in target.source.glob("*.py")) == [Path(str(code.__file__)).name]


def test_a_function_of_a_notebook_is_written_down_with_all_that_it_uses(
    tmp_path: Path, cell: Callable[[str], dict[str, Function]]
) -> None:
    total = cell(CELL)["total"]
    values = [1.5, 7.0, 7.0]
    target = of_function(total, [((values,), total(values)), (([],), 0)], tmp_path)
    (text,) = target.tree().files.values()
    assert "UNUSED" not in text
    assert "countdown" not in text
    assert evaluated(target) == 0.5  # an empty list is answered with 4


@pytest.mark.parametrize(
    ("name", "arguments", "answer"),
    [
        ("countdown", (3,), 0),
        ("even", (3,), False),
        ("shadowing", (1, 2), [0, 1]),
        ("drawn", (1,), 2),
        ("dice", (4,), 4),
    ],
)
def test_functions_may_use_one_another_submodules_and_decorators(
    tmp_path: Path,
    cell: Callable[[str], dict[str, Function]],
    name: str,
    arguments: tuple[object, ...],
    answer: object,
) -> None:
    assert evaluated(of_function(cell(CELL)[name], [(arguments, answer)], tmp_path)) == 1


def test_a_class_may_stand_in_another_cell(
    tmp_path: Path, cell: Callable[[str], dict[str, Function]]
) -> None:
    cells = (
        "class Base:\n    def four(self): return 4\n",
        "class Sub(Base): pass\ndef helper(): return Sub()\n",
    )
    for text in cells:
        cell(text)
    f = cell("def f(a):\n    return a + helper().four()\n")["f"]
    assert evaluated(of_function(f, [((1,), 5)], tmp_path)) == 1


def test_the_same_function_and_cases_find_the_same_folder(
    tmp_path: Path, cell: Callable[[str], dict[str, Function]]
) -> None:
    text = "def add(a, b):\n    return a + b\n"
    first = of_function(cell(text)["add"], CASES, tmp_path)
    again = of_function(cell(text)["add"], iter(CASES), tmp_path)
    assert again.root == first.root
    others = [
        of_function(cell(text.replace("a + b", "b + a"))["add"], CASES, tmp_path),
        of_function(cell(text)["add"], CASES[:2], tmp_path),
        of_function(cell(text)["add"], CASES, tmp_path, objective="speed"),
    ]
    assert len({target.root for target in (first, *others)}) == 4


def test_from_ten_cases_on_some_are_held_out(
    tmp_path: Path, cell: Callable[[str], dict[str, Function]]
) -> None:
    add = cell("def add(a, b):\n    return a + b\n")["add"]
    few = of_function(add, CASES, tmp_path)
    many = of_function(add, [((number, 2), number + 2) for number in range(10)], tmp_path)
    assert few.manifest.suite.held_out is None
    assert many.manifest.suite.held_out is not None


def test_cases_keep_keywords_tolerances_and_values_beyond_json(
    tmp_path: Path, cell: Callable[[str], dict[str, Function]]
) -> None:
    code = "def f(value, scale=1, *, twice=False):\n    return (value, scale * (1 + twice) * 1.001)\n"
    cases = [
        Case(Call(((1, 2),), {"scale": 2.0, "twice": True}), ((1, 2), 4.0), rel=0.01),
        Case(Call(({1: b"x"},)), ({1: b"x"}, 1.0), abs=0.01),
        Case(Call((None,)), (None, 1.0)),
    ]
    assert evaluated(of_function(cell(code)["f"], cases, tmp_path)) == pytest.approx(2 / 3)


def test_a_speed_target_times_the_function(
    tmp_path: Path, cell: Callable[[str], dict[str, Function]]
) -> None:
    add = cell("def add(a, b):\n    return a + b\n")["add"]
    target = of_function(add, CASES, tmp_path, objective="speed")
    assert target.manifest.suite.kind == "timing"
    assert target.primary.metric == "speedup"


REFUSED = {
    "closure": (
        "def outer():\n    n = 1\n    def f(a): return a + n\n    return f\nf = outer()",
        "not a function",
    ),
    "lambda": ("f = lambda a: a", "not a plain `def`"),
    "async": ("async def f(a): return a", "not a plain `def`"),
    "builtin": ("f = len", "not a function of a module"),
    "class": ("class f: pass", "not a function of a module"),
    "object": (
        "THING = object()\ndef f(a): return THING",
        "THING: a value of type object cannot be written as a literal",
    ),
    "nan": (
        "N = float('nan')\ndef f(a): return N",
        "N: a value of type float cannot be written as a literal",
    ),
    "lock": (
        "import threading\nLOCK = threading.Lock()\ndef f(a):\n    with LOCK: return a",
        "LOCK: a value of type lock cannot be written as a literal",
    ),
}


@pytest.mark.parametrize(("text", "words"), REFUSED.values(), ids=REFUSED)
def test_what_cannot_be_written_down_is_refused_in_one_clear_line(
    tmp_path: Path, cell: Callable[[str], dict[str, Function]], text: str, words: str
) -> None:
    with pytest.raises(TargetError, match=words) as caught:
        of_function(cell(text)["f"], CASES, tmp_path / "targets")
    assert "\n" not in str(caught.value)
    assert not (tmp_path / "targets").exists()


def test_a_helper_that_closes_over_something_is_refused(
    tmp_path: Path, cell: Callable[[str], dict[str, Function]]
) -> None:
    text = "def outer(n):\n    def g(a): return a + n\n    return g\ng = outer(1)\ndef f(a): return g(a)\n"
    with pytest.raises(TargetError, match="g: it closes over n; make"):
        of_function(cell(text)["f"], CASES, tmp_path)


def test_a_function_without_source_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    main = ModuleType("__main__")
    monkeypatch.setitem(sys.modules, "__main__", main)
    exec("def f(a): return a", main.__dict__)
    with pytest.raises(TargetError, match="f: its source cannot be read; put it into a file"):
        of_function(main.f, CASES, tmp_path)


@pytest.mark.parametrize(
    ("cases", "words"),
    [
        ([], r"add: no cases; give pairs such as \(\(1, 2\), 3\)"),
        ([(1, 2)], "case 1: not a pair of arguments and answer"),
        ([((1, 2), 3), ((1, 2),)], "case 2: not a pair of arguments and answer"),
        ([((object(), 2), 3)], "case 1: .*object"),
        ([((1, 2), object())], "case 1: .*object"),
    ],
)
def test_cases_that_cannot_be_used_are_refused_in_one_clear_line(
    tmp_path: Path, cell: Callable[[str], dict[str, Function]], cases: list[Case | Pair], words: str
) -> None:
    add = cell("def add(a, b):\n    return a + b\n")["add"]
    with pytest.raises(TargetError, match=words) as caught:
        of_function(add, cases, tmp_path / "targets")
    assert "\n" not in str(caught.value)
    assert not (tmp_path / "targets").exists()


def test_a_module_that_imports_from_its_package_is_sent_to_the_package_importer(
    tmp_path: Path, module: Callable[[str], ModuleType]
) -> None:
    code = module("def add(a, b):\n    from .nowhere import c\n    return a + b\n")
    with pytest.raises(TargetError, match="pygent targets init --repo"):
        of_function(code.add, CASES, tmp_path / "targets")
