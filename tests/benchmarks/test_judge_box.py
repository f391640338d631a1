"""Answers that are code to a test that loads them, and what honest tests may do while answers are about."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from pygent.benchmarks.forgeries.forged_targets import MODULE, write_target
from pygent.benchmarks.forgeries.forgery_corpus import Forgery, control, read_corpus
from pygent.benchmarks.judge import evaluate_tree
from pygent.benchmarks.results import EvaluationContext, Trust
from pygent.benchmarks.testing.collect_inventory import take_inventory
from pygent.benchmarks.testing.in_process import TestResult
from pygent.benchmarks.testing.inventory import Inventory, read_inventory
from pygent.benchmarks.testing.known_outcomes import KnownOutcomes
from pygent.benchmarks.testing.programs import spec_of_tests
from pygent.benchmarks.testing.sealed import SealedCandidate, converse, run_sealed
from pygent.sandbox.api import BoxSpec, Call, Isolation, Program
from pygent.target_modules.patch.model.tree import Tree
from pygent.target_modules.spec.manifest import Target, load
from tests.support.kept_boxes import KeptBoxes
from tests.support.small_package import write_package_target

PATH = "src/agent/core.py"
T = "tests/test_core.py::"
HOSTILE = [one for one in read_corpus() if one.kind == "answers"]


def inventoried(target: Target, sandbox: KeptBoxes) -> tuple[Target, Inventory]:
    found = take_inventory(target, sandbox)
    found.write(target.root)
    return target, found


def package(folder: Path, core: str, tests: str, **files: str) -> Target:
    root = write_package_target(folder, core=core, tests=tests)
    source = load(root).source
    (source / "src" / "agent" / "__init__.py").write_text("")
    for name, text in files.items():
        (source / "src" / "agent" / f"{name}.py").write_text(text)
    return load(root)


def bench_of(sandbox: KeptBoxes, target: Target) -> EvaluationContext:
    return EvaluationContext(sandbox, Isolation.PROCESS, 7, target.tree())


@pytest.fixture(scope="module")
def kept() -> Iterator[KeptBoxes]:
    with KeptBoxes() as sandbox:
        yield sandbox


@pytest.fixture(scope="module")
def loaders(tmp_path_factory: pytest.TempPathFactory, kept: KeptBoxes) -> Target:
    return inventoried(write_target(tmp_path_factory.mktemp("loaders") / "t", "loaders"), kept)[0]


@pytest.mark.parametrize("forgery", HOSTILE, ids=[one.name for one in HOSTILE])
def test_an_answer_that_is_code_is_refused_before_it_runs(
    forgery: Forgery, loaders: Target, kept: KeptBoxes
) -> None:
    found = read_inventory(loaders)
    assert len(found.ids(Trust.SEALED)) == 7
    two = found.model_copy(update={"tests": found.tests[:2]})
    tree = loaders.tree().with_file(MODULE, forgery.source)
    results = ran(loaders, two, tree, kept).values()
    assert [one.verdict for one in results] == ["failed", "failed"]
    assert all(one.kind.startswith("was made to do what it did not before: ") for one in results)


def test_an_honest_program_of_the_same_tests_passes_them(loaders: Target, kept: KeptBoxes) -> None:
    tree = loaders.tree().with_file(MODULE, control("faster"))
    found = evaluate_tree(loaders, tree, bench_of(kept, loaders))
    assert (found.score, found.passed, found.trust) == (1.0, 7, Trust.SEALED)


TWO = "def first(n):\n    return [n, 'one']\n\n\ndef second(n):\n    return n\n"
NOTES = "LIMIT = 1\n\n\ndef note(pair):\n    globals()[pair[1]] = pair[0]\n"
SHARED = """
from agent import notes
from agent.core import first, second

def test_first():
    notes.note(first(1))

def test_second():
    assert second(1) == notes.LIMIT

def test_third():
    assert first(2)[0] == 2

def test_fourth():
    assert second(3) * 2 == 6 * notes.LIMIT
"""


def test_what_one_answer_changes_in_the_judge_is_gone_for_the_next_test(
    tmp_path: Path, kept: KeptBoxes
) -> None:
    """No event tells of it: the answer sets a name that a later test compares with."""
    target, found = inventoried(package(tmp_path, TWO, SHARED, notes=NOTES), kept)
    assert len(found.ids(Trust.SEALED)) == 4
    forged = TWO.replace("[n, 'one']", "[[7], 'LIMIT'] if n == 1 else [n]").replace(
        "return n\n", "return [7]\n"
    )
    told = sealed(target, found, target.tree().with_file(PATH, forged), kept)
    assert told == {
        "test_first": "passed",
        "test_second": "failed",
        "test_third": "passed",
        "test_fourth": "failed",
    }


def sealed(target: Target, found: Inventory, tree: Tree, sandbox: KeptBoxes) -> dict[str, str]:
    told = ran(target, found, tree, sandbox)
    return {name.removeprefix(T): result.verdict for name, result in told.items()}


def ran(target: Target, found: Inventory, tree: Tree, sandbox: KeptBoxes) -> dict[str, TestResult]:
    """Results of the judge's box alone, whatever the tests do beside the candidate."""
    with (
        sandbox.box(spec_of_tests(target, trusted=True), Isolation.PROCESS) as judge,
        sandbox.box(spec_of_tests(target), Isolation.PROCESS) as box,
    ):
        names, known = found.ids(Trust.SEALED), found.known(target)
        return run_sealed(target, target.tree(), tree, judge, box, only=names, known=known).tests


LIES = """
ROW = lambda test, verdict="passed": [test, verdict, "", 0.0]

def run(ask, names, lie):
    done, first = [], names[0]
    ask(["told", [], first])
    if lie == "says more":
        ask(["told", [ROW(name) for name in names], names[1]])
        done = [ROW(names[1])]
    elif lie == "takes it back":
        ask(["refused", [], first, "exec <string>"])
        done = [ROW(first)]
    elif lie in ("is infected", "is another", "asks nonsense"):
        ask(["call", [], first, "core:f", {}, [], {}])
        if lie == "is another":
            ask(["call", [ROW(name) for name in names], names[1], "core:f", {}, [], {}])
        if lie == "asks nonsense":
            ask(["call", [], first, ["core:f"], 1])
        ask(["told", [ROW(first)], names[1]])
        ask(["told", [ROW(names[1])], names[2]])
        done = [ROW(names[2])]
    return ["done", done, "", [], []]
"""
CORE = "def f():\n    return 'anything'\n"


@pytest.mark.parametrize(
    ("lie", "believed"),
    [
        ("says more", ["a", "b"]),  # as no answer came to it that is not known
        ("takes it back", []),
        ("is infected", ["a", "b", "c"]),  # each by another process, which is the last test of each
        ("is another", ["a", "b", "c"]),
        ("asks nonsense", []),
    ],
)
def test_the_host_believes_a_judge_only_of_the_test_that_runs(
    lie: str, believed: list[str], tmp_path: Path, kept: KeptBoxes
) -> None:
    target = package(tmp_path, CORE, SHARED)
    begun: list[list[str]] = []

    def begin(names: list[str]) -> tuple[Program, Call]:
        begun.append(names)
        return Program({"lies.py": LIES}, "lies:run", converses=True), Call(([*names, "", ""], lie))

    with (
        kept.box(BoxSpec(), Isolation.PROCESS) as judge,
        kept.box(BoxSpec(), Isolation.PROCESS) as box,
    ):
        candidate = SealedCandidate(target, target.tree(), box)
        told = converse(begin, judge, candidate, ["a", "b", "c"], KnownOutcomes({}, frozenset()))
    assert [name for name, one in told.tests.items() if one.verdict == "passed"] == believed
    if lie.startswith("is "):
        assert begun == [["a", "b", "c"], ["b", "c"], ["c"]]


VARYING = """
import datetime
import json
import logging
import os
import pathlib
import threading
import traceback
from unittest import mock

import pytest
from agent.core import joined

HERE = pathlib.Path(__file__).parent


@pytest.fixture(scope="module")
def table():
    return json.loads((HERE / "table.json").read_text())


def test_imports():
    import colorsys
    assert sorted(joined("a", "b")) == ["a", "b"] and colorsys

def test_files(tmp_path, monkeypatch):
    (tmp_path / "one.txt").write_text("one")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("ONE", "1")
    with open("one.txt") as stream:
        assert len(joined(stream.read(), os.environ["ONE"])) == 4

def test_table(table):
    assert sorted(joined(*table)) == ["x", "y"]

def test_table_again(table):
    assert len(joined(table[0], "zz")) == 3

def test_patches():
    with mock.patch("os.path.basename", return_value="c"):
        assert len(joined(os.path.basename("x"), "d")) == 2

def test_words():
    when = datetime.datetime.strptime("2020", "%Y")
    assert len(joined(str(when.year), "x".encode("idna").decode())) == 5

def test_a_failure_that_is_caught():
    with pytest.raises(AssertionError):
        assert [joined("a", "b")] == [["c"], {"d": 1}]
    try:
        joined(1, "a")
    except TypeError:
        assert "TypeError" in traceback.format_exc()

def test_threads(caplog):
    made = []
    one = threading.Thread(target=lambda: made.append(joined("e", "f")))
    one.start()
    one.join()
    logging.getLogger("x").warning("made %s", made)
    assert sorted(made[0]) == ["e", "f"] and caplog.records

def test_repaired(tmp_path):
    assert joined("", "a") == "a"
    import wave
    from xml import sax
    (tmp_path / "more.txt").write_text((HERE / "table.json").read_text())
    assert wave and sax and sorted(joined("g", "h")) == ["g", "h"]
"""
JOINED = """def joined(a, b):
    if not a:
        raise ValueError(b)
    return a + b
"""


def test_honest_answers_that_are_other_ones_pass_tests_of_all_kinds(tmp_path: Path, kept: KeptBoxes) -> None:
    target = package(tmp_path, JOINED, VARYING)
    (target.source / "tests" / "table.json").write_text('["x", "y"]')
    target, found = inventoried(load(target.root), kept)
    assert {one.id: one.why for one in found.tests if one.trust is not Trust.SEALED} == {}
    assert [one.removeprefix(T) for one in found.ids(verdict="failed")] == ["test_repaired"]
    other = "def joined(a, b):\n    return (b + a) if a else b\n"
    tree = target.tree().with_file(PATH, other)
    assert set(sealed(target, found, tree, kept).values()) == {"passed"}
    assert list(sealed(target, found, target.tree(), kept).values()).count("failed") == 1


RUNNING = """
import pytest
from agent import reading
from agent.core import joined


@pytest.fixture(scope="module")
def loaded():
    return reading.read(b"\\x80\\x04K\\x01.")

def test_uses_the_fixture(loaded):
    assert len(joined("a", "b")) == 1 + loaded

def test_uses_it_again(loaded):
    assert len(joined("a", "b")) == 1 + loaded

def test_by_a_library():
    assert reading.read(joined("\\x80\\x04K\\x01", ".").encode("latin-1")) == 1

def test_by_its_source():
    word = joined("a", "b")
    assert (eval(word) if word.startswith("1") else word) == "ab"

def test_alone():
    assert joined("a", "b") == "ab"
"""
READING = "import pickle\n\n\ndef read(data):\n    return pickle.loads(data)\n"


def test_a_loader_that_a_library_calls_is_seen_where_it_runs(tmp_path: Path, kept: KeptBoxes) -> None:
    target, found = inventoried(package(tmp_path, JOINED, RUNNING, reading=READING), kept)
    why = {one.id.removeprefix(T): one.why for one in found.tests}
    assert why.pop("test_alone") == ""
    assert why.pop("test_by_its_source") == "may give an answer to eval"
    assert set(why.values()) == {"the test uses pickle.loads"}
    assert set(sealed(target, found, target.tree(), kept).values()) == {"passed"}


def test_another_answer_before_any_test_has_begun_leaves_no_verdict(tmp_path: Path, kept: KeptBoxes) -> None:
    """A test module may ask while it is imported, when nothing is watched yet."""
    tests = (
        "from agent.core import joined\n\nWORD = joined('a', 'b')\n\n"
        "def test_one():\n    assert joined('c', WORD)\n"
    )
    target, found = inventoried(package(tmp_path, JOINED, tests), kept)
    assert sealed(target, found, target.tree(), kept) == {"test_one": "passed"}
    other = target.tree().with_file(PATH, JOINED.replace("a + b", "b + a"))
    assert sealed(target, found, other, kept) == {}
