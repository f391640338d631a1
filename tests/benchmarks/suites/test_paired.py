"""The comparison of two trees, through suites of every kind that are given a scripted box."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from pygent.benchmarks.results import EvaluationContext
from pygent.benchmarks.statistics.sequential_test import decide
from pygent.benchmarks.suites.suite_registry import suite_for
from pygent.sandbox.api import Call, Execution, Isolation, Outcome, Program, Reply
from pygent.target_modules.patch.model.tree import Tree
from pygent.target_modules.spec.manifest import Target

CANDIDATE, REFERENCE = Tree({"module.py": "# candidate\n"}), Tree({"module.py": "# reference\n"})
GRADER = """
from pygent.grading import Call, Case, Problem

def cases(seed, split, count):
    return [Case(Call((seed + n,)), 1) for n in range(count)]

def problems(seed, split, count):
    return [Problem((Call((seed + n,)),), None) for n in range(count)]

def grade(problem, answers):
    return {"loss": [0.5]}
"""
KINDS = {"cases": "seconds", "timing": "speedup", "objective": "loss"}
ENDS = [(Outcome.VIOLATION, True), (Outcome.TIMEOUT, False)]


@pytest.fixture(params=list(KINDS.items()), ids=list(KINDS))
def target(make_target: Any, request: pytest.FixtureRequest) -> Any:
    kind, metric = request.param
    return make_target("# reference\n", kind=kind, objective=metric, grader=GRADER, suite="count = 2")


def ended(outcome: Outcome, answered: Any, *, of: str) -> Any:
    """A box in which one side ends its child at its first call."""

    def script(program: Program, calls: Sequence[Call], number: int) -> Execution:
        if of in str(program.files["module.py"]):
            return Execution(Reply(Outcome.OK), (Reply(outcome),), 0.01, None, "")
        execution: Execution = answered([1] * len(calls))
        return execution

    return script


@pytest.mark.parametrize(("outcome", "violation"), ENDS)
def test_a_candidate_that_breaks_the_protocol_is_known_by_more_than_words(
    target: Target, scripted: Any, answered: Any, outcome: Outcome, violation: bool
) -> None:
    suite = suite_for(target)
    sandbox = scripted(ended(outcome, answered, of="candidate"))
    bench = EvaluationContext(sandbox, Isolation.PROCESS, seed=1, baseline=REFERENCE)
    result = suite.evaluate(CANDIDATE, bench)
    assert (result.graded, result.violation) == (False, violation)
    decision = decide(suite.compare(CANDIDATE, REFERENCE, bench), exhaustive=False, error_rate=0.05)
    assert (decision.better, decision.violation) == (False, violation)


def test_a_reference_that_breaks_the_protocol_is_not_held_against_the_candidate(
    target: Target, scripted: Any, answered: Any
) -> None:
    sandbox = scripted(ended(Outcome.VIOLATION, answered, of="reference"))
    bench = EvaluationContext(sandbox, Isolation.PROCESS, seed=1, baseline=REFERENCE)
    pairs = suite_for(target).compare(CANDIDATE, REFERENCE, bench)
    decision = decide(pairs, exhaustive=False, error_rate=0.05)
    assert decision.reason.startswith("the reference failed: ")
    assert not decision.violation


def test_from_repeat_to_repeat_the_other_side_begins_with_each_input(
    make_target: Any, scripted: Any, answered: Any
) -> None:
    suite = "count = 2\nsampled = false"
    target = make_target("# reference\n", kind="objective", objective="loss", grader=GRADER, suite=suite)
    sandbox = scripted(lambda program, calls, number: answered([1]))
    pairs = suite_for(target).compare(
        CANDIDATE, REFERENCE, EvaluationContext(sandbox, Isolation.PROCESS, seed=1)
    )
    assert [len(next(pairs).differences) for _ in range(2)] == [2, 2]
    order = "".join("AB"["reference" in str(program.files["module.py"])] for program, _ in sandbox.runs)
    assert order == "ABBA" + "BAAB"
    assert sandbox.boxes == ["AB".index(side) for side in order]
    pairs.close()
    assert sandbox.open == 0


def test_where_the_first_of_a_pair_fails_the_other_is_spared(
    target: Target, scripted: Any, answered: Any
) -> None:
    sandbox = scripted(ended(Outcome.DIED, answered, of="candidate"))
    bench = EvaluationContext(sandbox, Isolation.PROCESS, seed=1, baseline=REFERENCE)
    (pairs,) = suite_for(target).compare(CANDIDATE, REFERENCE, bench)
    assert (bool(pairs.reason), pairs.differences, len(sandbox.runs)) == (True, (), 1)
