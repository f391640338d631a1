"""Which lines tests and cases run, as a box tells it; and boxes that tell something else."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from pygent.benchmarks.results import Evaluation, StageResult
from pygent.benchmarks.testing.collect_inventory import take_inventory
from pygent.benchmarks.testing.spectrum import SpectrumUnavailableError, has_spectrum, take_spectrum
from pygent.sandbox.api import Call, Execution, Outcome, Program, Reply, Sandbox
from pygent.sandbox.backends.local import LocalSandbox
from pygent.target_modules.fault_localization import Spectrum, suspects
from pygent.target_modules.spec.manifest import Target, TargetError, load
from tests.support.trusting import trusted

PATH = "lib/pkg/shapes.py"
SHAPES = '''"""Areas."""

SIDES = {"square": 4}


def square(a):
    return a + a


def box(
    a,
    b,
):
    if a < 0:
        raise ValueError(a)
    return (
        a
        * b
    )


def unused():
    return 1
'''
TESTS = """
import sys

import pytest
from pkg.shapes import SIDES, box, square


@pytest.fixture(scope="module")
def two():
    return square(1)


def teardown_function(function):
    box(1, 1)


def test_fixture(two):
    assert two == 1


@pytest.mark.parametrize("a, area", [(2, 4), (3, 9)])
def test_square(a, area):
    assert square(a) == area


def test_box():
    assert box(2, 3) == 6


def test_negative():
    with pytest.raises(ValueError):
        box(-1, 3)


def test_sides():
    assert SIDES["square"] == 4


def test_unwatched():
    assert sys.gettrace() is None
    square(0)


@pytest.mark.xfail
def test_expected_to_fail():
    assert square(5) == 25


@pytest.mark.skip
def test_skipped():
    assert square(5) == 25
"""
MANIFEST = """name = "shapes"
goal = "Make every test pass."
files = ["lib/pkg/**/*.py"]
pythonpath = ["lib"]
support = ["tests/**"]
editable = ["lib/pkg/shapes.py"]
[suite]
kind = "pytest"
tests = ["tests"]
[[objectives]]
metric = "passed"
direction = "max"
"""


def write(root: Path) -> Target:
    for path, text in {
        "src/lib/pkg/__init__.py": "",
        f"src/{PATH}": SHAPES,
        "src/tests/test_shapes.py": TESTS,
        "target.toml": MANIFEST,
    }.items():
        file = root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
    return load(root)


def taken(target: Target, sandbox: Sandbox, seed: int = 1) -> Spectrum:
    return take_spectrum(target, target.tree(), sandbox, seed)


def named(spectrum: Spectrum, tests: int) -> set[str]:
    return {
        name.partition("::")[2] or name for number, name in enumerate(spectrum.tests) if tests >> number & 1
    }


@pytest.fixture(scope="module")
def shapes(tmp_path_factory: pytest.TempPathFactory, local_sandbox: LocalSandbox) -> Target:
    target = write(tmp_path_factory.mktemp("shapes"))
    take_inventory(target, local_sandbox).write(target.root)
    trusted(target.root)
    return target


def test_each_test_has_the_lines_of_its_set_up_and_call(shapes: Target, local_sandbox: LocalSandbox) -> None:
    found = taken(shapes, local_sandbox)
    assert named(found, found.failing) == {"test_fixture", "test_square[3-9]"}
    assert named(found, found.passing) == {"test_square[2-4]", "test_box", "test_negative", "test_sides"}
    lines = found.lines[PATH]
    assert named(found, lines[7]) == {"test_fixture", "test_square[2-4]", "test_square[3-9]"}
    assert named(found, lines[14]) == {"test_box", "test_negative"}  # not what taking down runs
    assert named(found, lines[15]) == {"test_negative"}
    assert not {3, 6, 23} & lines.keys()
    assert {3, 6, 22} <= found.imported[PATH]
    assert list(found.lines) == [PATH]  # no file of tests


def test_the_bug_is_the_first_suspect(shapes: Target, local_sandbox: LocalSandbox) -> None:
    ranked = suspects(taken(shapes, local_sandbox), shapes.tree(), shapes.manifest.editable)
    assert [(one.line, one.symbol, one.failing, one.passing) for one in ranked] == [(7, "square", 2, 1)]
    assert ranked[0].score == pytest.approx((2 / 3) ** 0.5)


def test_a_test_that_ends_otherwise_when_watched_does_not_count(
    shapes: Target, local_sandbox: LocalSandbox
) -> None:
    found = taken(shapes, local_sandbox)
    assert "test_unwatched" in named(found, -1)
    assert "test_unwatched" not in named(found, found.failing | found.passing)


def test_tests_that_were_never_looked_at_are_refused(tmp_path: Path, local_sandbox: LocalSandbox) -> None:
    with pytest.raises(TargetError, match="looks at the tests again"):
        taken(write(tmp_path), local_sandbox)


# Cases

MakeTarget = Callable[..., Target]

RISKY = """
    import os

    def f(n):
        if n == 1:
            while True:
                n = 1
        if n == 2:
            os._exit(3)
        if n == 3:
            return object()
        if n == 4:
            raise KeyError(n)
        if n == 5:
            return n + 1
        return n
"""


def case(n: int) -> dict[str, object]:
    return {"args": [n], "expected": n}


def test_cases_are_judged_as_in_an_evaluation_whatever_they_do(
    make_target: MakeTarget, local_sandbox: LocalSandbox
) -> None:
    cases = [case(n) for n in range(8)]
    target = make_target(RISKY, cases=cases, extra="[limits]\ncall_seconds = 0.3")
    found = taken(target, local_sandbox)
    assert named(found, found.failing) == {f"case {n}" for n in (1, 2, 3, 4, 5)}
    assert named(found, found.passing) == {"case 0", "case 6", "case 7"}
    text = target.tree()["module.py"].splitlines()
    ran = {text[line - 1].strip(): named(found, tests) for line, tests in found.lines["module.py"].items()}
    assert ran["n = 1"] == {"case 1"}  # an endless loop tells where it was
    assert ran["raise KeyError(n)"] == {"case 4"}
    assert ran["return n + 1"] == {"case 5"}
    assert ran["return object()"] == {"case 3"}
    assert ran["return n"] == {"case 0", "case 6", "case 7"}
    assert "os._exit(3)" not in ran  # it took what it ran with it


def test_a_target_without_an_entry(make_target: MakeTarget, local_sandbox: LocalSandbox) -> None:
    source = "def f(a):\n    return a\n\n\ndef g(a):\n    return -a\n"
    cases = [{"call": f"module:{name}", "args": [3], "expected": 3} for name in ("f", "g")]
    found = taken(make_target(source, entry="", cases=cases), local_sandbox)
    assert (found.failing, found.passing, found.lines["module.py"]) == (2, 1, {2: 1, 6: 2})


def test_a_seed_draws_the_cases_of_a_grader(make_target: MakeTarget, local_sandbox: LocalSandbox) -> None:
    grader = """
        from pygent.grading import Call, Case

        def cases(seed, split, count):
            assert split == "search"
            return [Case(Call((seed + n,)), expected=1) for n in range(count)]
    """
    target = make_target("def f(n):\n    return n\n", grader=grader, suite="count = 3")
    assert named(taken(target, local_sandbox, 0), 0b111) == {"case 0", "case 1", "case 2"}
    assert [taken(target, local_sandbox, seed).passing for seed in (0, 1, 2)] == [0b010, 0b001, 0]


def test_a_module_that_cannot_be_imported_is_a_reason(
    make_target: MakeTarget, local_sandbox: LocalSandbox
) -> None:
    target = make_target("import nothing_like_it\n\n\ndef f(n):\n    return n\n", cases=[case(1)])
    with pytest.raises(
        SpectrumUnavailableError, match=r"^import raised: ModuleNotFoundError: .*nothing_like_it"
    ):
        taken(target, local_sandbox)


def test_too_many_dead_children_are_a_reason(make_target: MakeTarget, local_sandbox: LocalSandbox) -> None:
    target = make_target("import os\n\n\ndef f(n):\n    os._exit(1)\n", cases=[case(1)] * 20)
    with pytest.raises(SpectrumUnavailableError, match="8 cases ended the child"):
        taken(target, local_sandbox)


@pytest.mark.parametrize(
    ("kind", "objective", "known"),
    [("cases", "passed", True), ("cases", "complexity", False), ("timing", "speedup", False)],
)
def test_which_scores_tell_failing_cases(
    make_target: MakeTarget, kind: str, objective: str, known: bool
) -> None:
    target = make_target("def f(n):\n    return n\n", kind=kind, objective=objective, cases=[case(1)])
    assert has_spectrum(target) is known


def test_a_suite_without_tests_or_verdicts_on_cases_is_refused(
    make_target: MakeTarget, local_sandbox: LocalSandbox
) -> None:
    target = make_target(
        "def f(n):\n    return n\n", kind="timing", objective="speedup", direction="max", cases=[case(1)]
    )
    with pytest.raises(TargetError, match="timing has no tests"):
        taken(target, local_sandbox)


# What a box may say

NAME = "tests/test_shapes.py::test_box"
GOOD: dict[str, Any] = {
    "tests": [[NAME, "passed"], ["tests/test_shapes.py::test_fixture", "failed"]],
    "errors": [],
    "lines": {PATH: [("3", [7, 8]), ("2", [9])]},
    "imported": {PATH: [1]},
}


def test_a_report_is_read_as_it_is_written(shapes: Target, scripted: Any, answered: Any) -> None:
    found = taken(shapes, scripted(lambda *_: answered([GOOD])))
    assert found.lines == {PATH: {7: 3, 8: 3, 9: 2}}
    assert (found.passing, found.failing) == (1, 2)


BAD: dict[str, object] = {
    "no report": [1],
    "no tests": {**GOOD, "tests": []},
    "tests that are no list": {**GOOD, "tests": {NAME: "passed"}},
    "a test of its own": {**GOOD, "tests": [*GOOD["tests"], ["tests/x.py::y", "failed"]]},
    "a test twice": {**GOOD, "tests": [*GOOD["tests"], [NAME, "passed"]]},
    "a verdict that is none": {**GOOD, "tests": [[NAME, 1]]},
    "nothing fails": {**GOOD, "tests": [[NAME, "passed"]]},
    "not collected": {**GOOD, "errors": ["tests/test_shapes.py"]},
    "lines of another file": {**GOOD, "lines": {"../../x.py": [("1", [1])]}},
    "lines that are a list": {**GOOD, "lines": [PATH]},
    "no groups": {**GOOD, "lines": {PATH: 3}},
    "a group without lines": {**GOOD, "lines": {PATH: [("1",)]}},
    "no number": {**GOOD, "lines": {PATH: [("zz", [1])]}},
    "a negative number": {**GOOD, "lines": {PATH: [("-1", [1])]}},
    "tests that there are not": {**GOOD, "lines": {PATH: [("4", [1])]}},
    "a huge number": {**GOOD, "lines": {PATH: [("f" * 100_000, [1])]}},
    "a line before the first": {**GOOD, "lines": {PATH: [("1", [0])]}},
    "a line that is true": {**GOOD, "lines": {PATH: [("1", [True])]}},
    "a line that is a text": {**GOOD, "imported": {PATH: ["1"]}},
    "imports that are none": {**GOOD, "imported": None},
}


@pytest.mark.parametrize("said", BAD.values(), ids=BAD)
def test_any_other_answer_is_a_reason_in_one_line(
    shapes: Target, scripted: Any, answered: Any, said: object
) -> None:
    with pytest.raises(SpectrumUnavailableError) as caught:
        taken(shapes, scripted(lambda *_: answered([said])))
    assert str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_time_out_is_a_reason(shapes: Target, scripted: Any) -> None:
    def script(program: Program, calls: Sequence[Call], number: int) -> Execution:
        return Execution(Reply(Outcome.OK), (Reply(Outcome.TIMEOUT),), 1.0, None, "")

    with pytest.raises(SpectrumUnavailableError, match=r"^timed out$"):
        taken(shapes, scripted(script))


@pytest.mark.parametrize(
    "values",
    [[], [None], [None, {"x.py": [1]}], [None, {}, 1, {"module.py": ["a"]}], [None, {}, 1, [1]]],
)
def test_so_it_is_for_cases(
    make_target: MakeTarget, scripted: Any, answered: Any, values: list[object]
) -> None:
    target = make_target("def f(n):\n    return n\n", cases=[case(1)])
    passes = Evaluation("search", True, "", 1.0, {}, (StageResult("all", {"passed": (1.0,)}, 1, 1),), 1)
    with pytest.raises(SpectrumUnavailableError):
        take_spectrum(target, target.tree(), scripted(lambda *_: answered(values)), 1, passes)


@pytest.mark.engine
def test_in_a_real_box(shapes: Target, make_target: MakeTarget, docker_sandbox: Sandbox) -> None:
    found = taken(shapes, docker_sandbox)
    assert named(found, found.failing) == {"test_fixture", "test_square[3-9]"}
    source = "def f(n):\n    if n > 1:\n        return -n\n    return n\n"
    cases = taken(make_target(source, cases=[case(1), case(2)]), docker_sandbox)
    assert (cases.failing, cases.lines["module.py"]) == (2, {2: 3, 3: 2, 4: 1})
