from __future__ import annotations

from typing import Any, get_args

import pytest

from pygent.benchmarks.suites.suite_registry import SUITES, suite_class, suite_class_of
from pygent.sandbox.api import Call
from pygent.target_modules.spec.manifest_tables import SuiteTable

GRADER = """
from pygent.grading import Call, Case, Problem

def cases(seed, split, count):
    return [Case(Call((split, n)), 1) for n in range(count)]

def problems(seed, split, count):
    return [Problem(tuple(Call((split, n)) for n in range(10)), None)]

def grade(problem, answers):
    return {"loss": [0.5]}
"""


def test_the_kinds_that_a_manifest_may_name_are_those_with_a_class() -> None:
    assert set(get_args(SuiteTable.model_fields["kind"].annotation)) == set(SUITES)


@pytest.mark.parametrize("kind", [kind for kind in SUITES if suite_class(kind).shows_inputs])
def test_a_suite_that_shows_inputs_shows_as_many_as_are_asked_for(kind: str, make_target: Any) -> None:
    target = make_target("", kind=kind, objective="loss", grader=GRADER, suite="count = 7")
    calls = suite_class_of(target).visible_inputs(target, seed=1, count=3)
    assert calls == [Call(("search", n)) for n in range(3)]
