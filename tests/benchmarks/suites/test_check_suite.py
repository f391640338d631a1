"""Check functions decide in a judge's box; a variant sees calls, and nothing of what is checked."""

from __future__ import annotations

from pathlib import Path

import pytest

from pygent.benchmarks.judge import evaluate_tree
from pygent.benchmarks.results import Evaluation, EvaluationContext, Trust
from pygent.benchmarks.statistics.sequential_test import decide
from pygent.benchmarks.suites.suite_registry import suite_for
from pygent.sandbox.api import Isolation
from pygent.sandbox.backends.local import LocalSandbox
from pygent.target_modules.patch.model.tree import Tree
from pygent.target_modules.spec.manifest import Target, TargetError, load

MANIFEST = """name = "sorting"
goal = "Sort."
files = ["solution.py"]
editable = ["solution.py"]
entry = "solution:ordered"
suite = { kind = "check", check = "check.py" }
objectives = [{ metric = "passed", direction = "max" }]
limits = { call_seconds = 1, total_seconds = 5 }
"""
CHECKS = """
SECRET = "the expected answer"


def helper(values):
    return sorted(values)


def check_small(candidate):
    assert candidate([3, 1, 2]) == [1, 2, 3], SECRET


def check_large(candidate):
    assert all(a == b for a, b in zip(map(candidate, [[2, 1], [4, 3]]), map(helper, [[2, 1], [4, 3]])))


def check_refuses(candidate):
    try:
        candidate(None)
    except TypeError:
        return
    raise AssertionError(SECRET)
"""
RIGHT = "def ordered(values):\n    return sorted(values)\n"
STOPS = """
class StopIteration(Exception): __module__ = "builtins"
def ordered(values): raise StopIteration
"""


@pytest.fixture
def target(tmp_path: Path) -> Target:
    (tmp_path / "src").mkdir()
    (tmp_path / "src" / "solution.py").write_text("def ordered(values):\n    return values\n")
    (tmp_path / "check.py").write_text(CHECKS)
    (tmp_path / "target.toml").write_text(MANIFEST)
    return load(tmp_path)


def judged(target: Target, sandbox: LocalSandbox, source: str) -> Evaluation:
    bench = EvaluationContext(sandbox, Isolation.PROCESS, seed=1, baseline=target.tree())
    return evaluate_tree(target, Tree({"solution.py": source}), bench)


@pytest.mark.parametrize(
    ("source", "passed", "failure"),
    [
        (RIGHT, 3, ""),
        ("def ordered(values): return values", 0, "check_small failed: AssertionError"),
        ("def ordered(values): return sorted(values or [])", 2, "check_refuses failed: AssertionError"),
        ("def ordered(values):\n    while True: pass", 0, "timed out"),
        ("import os\ndef ordered(values): os._exit(0)", 0, "died: exited with status 0"),
        ("def ordered(values): return ordered", 0, "not plain"),
        (STOPS, 0, "raised builtins:StopIteration"),
        ("class E(AssertionError): pass\ndef ordered(values): raise E", 0, "raised solution:E"),
    ],
)
def test_each_check_has_a_verdict(
    target: Target, local_sandbox: LocalSandbox, source: str, passed: int, failure: str
) -> None:
    found = judged(target, local_sandbox, source)
    assert (found.graded, found.passed, found.total, found.trust) == (True, passed, 3, Trust.SEALED)
    assert found.score == pytest.approx(passed / 3)
    assert any(failure in line for line in (*found.stages[-1].failures, ""))
    assert "expected answer" not in str(found.to_json())


def test_a_module_that_cannot_be_imported_is_not_graded(target: Target, local_sandbox: LocalSandbox) -> None:
    found = judged(target, local_sandbox, "import nothing_of_this_name\n")
    assert not found.graded
    assert "nothing_of_this_name" in found.reason


def test_nothing_of_the_checks_is_in_the_candidates_box(target: Target, local_sandbox: LocalSandbox) -> None:
    """It answers right only where it finds a file, module or text of the checks."""
    thief = """
import gc, os, sys
def ordered(values):
    files = [name for _, _, names in os.walk(os.getcwd()) for name in names]
    loaded = [name for name in sys.modules if "check" in name and name.startswith("pygent")]
    dicts = [one for one in gc.get_objects() if isinstance(one, dict)]
    texts = [one for one in dicts if "the expected answer" in one.values()]
    return sorted(values) if loaded or texts or any("check" in name for name in files) else None
"""
    assert judged(target, local_sandbox, thief).passed == 0


def test_a_repair_is_better_and_the_same_is_not(target: Target, local_sandbox: LocalSandbox) -> None:
    suite = suite_for(target)
    bench = EvaluationContext(local_sandbox, Isolation.PROCESS, seed=1, baseline=target.tree())
    repaired, broken = Tree({"solution.py": RIGHT}), target.tree()
    for candidate, expected in ((repaired, True), (broken, False)):
        pairs = suite.compare(candidate, broken, bench)
        assert decide(pairs, exhaustive=suite.exhaustive, error_rate=0.05).better is expected


def test_a_file_without_checks_is_told(target: Target) -> None:
    (target.root / "check.py").write_text("def helper(candidate): pass\n")
    with pytest.raises(TargetError, match=r"check\.py: no function `check\.\.\.\(candidate\)`"):
        suite_for(target)
    (target.root / "check.py").write_text("def check(:\n")
    with pytest.raises(TargetError, match=r"check\.py: cannot be used"):
        suite_for(target)


HANDS_ON = """
import pickle
import sys

def check_reads(candidate):
    found = candidate([2, 1])
    found = sys.modules["pickle"].loads(found) if type(found) is bytes else found
    assert found == [1, 2]

def check_more(candidate):
    assert candidate([4, 3]) == [3, 4]
"""
PICKLED = """
import pickle
class Code:
    def __reduce__(self):
        return eval, ("[1, 2]",)
def ordered(values):
    return pickle.dumps(Code()) if values[0] == 2 else sorted(values)
"""


def test_a_check_that_is_made_to_load_an_answer_fails(target: Target, local_sandbox: LocalSandbox) -> None:
    (target.root / "check.py").write_text(HANDS_ON)
    found = judged(target, local_sandbox, PICKLED)
    assert (found.passed, found.total) == (1, 2)
    assert "check_reads failed: was made to do what it did not before" in found.stages[-1].failures[0]
    assert judged(target, local_sandbox, RIGHT).passed == 2


def test_a_check_that_gives_answers_to_a_loader_is_told(target: Target) -> None:
    (target.root / "check.py").write_text("def check(candidate):\n    assert eval(candidate([1]))\n")
    with pytest.raises(TargetError, match=r"check\.py: check: may give an answer to eval, which may run it"):
        suite_for(target)


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ('entry = "solution:ordered"\n', "", "entry: a suite with a check needs the function"),
        ('check = "check.py"', 'grader = "check.py"', "a check suite takes `check`"),
        ("check.py", "none.py", r"suite\.check: no such file"),
    ],
)
def test_a_manifest_that_does_not_fit_is_told(target: Target, old: str, new: str, words: str) -> None:
    file = target.root / "target.toml"
    file.write_text(MANIFEST.replace(old, new))
    with pytest.raises(TargetError, match=words):
        load(target.root)
