from __future__ import annotations

from typing import Any

import pytest

from pygent.benchmarks.results import EvaluationContext
from pygent.benchmarks.suites.suite_registry import suite_class, suite_class_of, suite_for
from pygent.sandbox.api import Call
from pygent.target_modules.spec.suite_kinds import KINDS, SUITES

GRADER = """
from pygent.grading import Call, Case, Problem

def cases(seed, split, count):
    return [Case(Call((split, n)), 1) for n in range(count)]

def problems(seed, split, count):
    return [Problem(tuple(Call((split, n)) for n in range(10)), None)]

def grade(problem, answers):
    return {"loss": [0.5]}
"""


def test_what_each_bundled_kind_asks_of_a_manifest_is_known() -> None:
    assert set(KINDS) == set(SUITES.bundled)


@pytest.mark.parametrize("kind", [kind for kind in SUITES.bundled if suite_class(kind).shows_inputs])
def test_a_suite_that_shows_inputs_shows_as_many_as_are_asked_for(kind: str, make_target: Any) -> None:
    target = make_target("", kind=kind, objective="loss", grader=GRADER, suite="count = 7")
    calls = suite_class_of(target).visible_inputs(target, seed=1, count=3)
    assert calls == [Call(("search", n)) for n in range(3)]


@pytest.mark.parametrize(
    ("kind", "objective", "suite"),
    [
        ("cases", "passed", "count = 3"),
        ("objective", "loss", ""),
        ("timing", "speedup", "count = 3\npairs = 2"),
    ],
)
def test_the_median_and_the_slowest_call_are_measured(
    kind: str, objective: str, suite: str, make_target: Any, bench: EvaluationContext
) -> None:
    source = "import time\ndef f(split, n):\n    time.sleep(0.05 * (n == 2))\n    return 1\n"
    target = make_target(source, kind=kind, objective=objective, grader=GRADER, suite=suite)
    median, slowest = suite_for(target).evaluate(target.tree(), bench).stages[-1].call_seconds
    assert 0 < median <= slowest
    assert slowest >= 0.05
