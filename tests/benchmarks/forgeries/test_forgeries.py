"""Answers and habits with which a variant might get a score that it has not earned, or end the run."""

from __future__ import annotations

import statistics
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from pygent.benchmarks.judge import evaluate
from pygent.benchmarks.results import EvaluationContext
from pygent.benchmarks.suites.suite_registry import suite_for
from pygent.sandbox.api import BoxSpec, Call, Isolation, Limits, Outcome, Program, Sandbox
from pygent.sandbox.backends.local import LocalSandbox
from pygent.sandbox.host.box import RunnerBox
from pygent.sandbox.runner.wire import equal
from pygent.target_modules.patch.model.tree import Tree
from pygent.target_modules.spec.manifest import Target
from pygent.target_modules.spec.target_registry import find_target

MakeTarget = Callable[..., Target]

HUGE = 10**400
SURPRISING = {
    "an int beyond every float": "10 ** 400",
    "a negative one": "-(10 ** 400)",
    "more digits than Python writes": "1 << 200_000",
    "a complex whose size overflows": "complex(1e308, 1e308)",
    "nan": "float('nan')",
    "infinity": "float('inf')",
    "a bool": "True",
    "text": "'\\x1b[2J\\u202e\\ud800'",
    "nothing": "None",
    "a set of nans": "{float('nan'), float('nan')}",
    "ninety lists": "eval('[' * 90 + ']' * 90)",
    "a dict of tuples": "{(1, (2, b'x')): {1.0}}",
}
EXPECTED: list[Any] = [
    2,
    2.5,
    {"$complex": [1.5, 0.5]},
    {"$set": [1.5, 2.5]},
    {"$tuple": [1.5]},
    "2",
    {"$int": hex(HUGE)},
    [[2.5]],
]


@pytest.mark.parametrize("answer", list(SURPRISING.values()), ids=list(SURPRISING))
def test_a_surprising_answer_is_a_wrong_one_and_nothing_worse(
    answer: str, make_target: MakeTarget, bench: EvaluationContext
) -> None:
    cases = [{"args": [n], "expected": value, "rel": 1e-6} for n, value in enumerate(EXPECTED)]
    target = make_target(f"def f(n): return {answer}", cases=cases)
    result = evaluate(target, suite_for(target), target.tree(), bench)
    right = 1 if answer == "10 ** 400" else 0
    assert (result.graded, result.passed, result.total) == (True, right, len(EXPECTED))
    assert all(failure.isprintable() and len(failure) < 400 for failure in result.stages[-1].failures)


def test_no_two_numbers_are_close_because_they_overflow() -> None:
    for a, b in ((HUGE, 1 + 2j), (complex(1e308, 1e308), -1j), (HUGE, 1e308), (float("inf"), HUGE)):
        assert not equal(a, b, rel=0.5, abs=1e300)
        assert not equal(b, a, rel=0.5, abs=1e300)


GRADERS = {
    "sums": "return {'size': [sum(answers)]}",
    "asserts": "assert type(answers[0]) is float\n    return {'size': answers}",
    "passes on": "return {'size': answers}",
    "indexes": "return {'size': [answers[0]['x'][0]]}",
}


@pytest.mark.parametrize("grader", list(GRADERS.values()), ids=list(GRADERS))
@pytest.mark.parametrize("answer", ["10 ** 400", "'1e999'", "1j", "[[]]", "float('inf')", "None"])
def test_a_trusting_grader_is_not_broken_by_an_answer(
    grader: str, answer: str, make_target: MakeTarget, bench: EvaluationContext
) -> None:
    text = f"""
from pygent.grading import Call, Problem
def problems(seed, split, count):
    return [Problem((Call(),)) for _ in range(count)]
def grade(problem, answers):
    {grader}
"""
    target = make_target(f"def f(): return {answer}", kind="objective", objective="size", grader=text)
    result = evaluate(target, suite_for(target), target.tree(), bench)
    assert not result.graded
    assert result.score is None
    assert "invalid answer" in result.reason


def test_finite_samples_whose_mean_overflows_are_no_score(
    make_target: MakeTarget, bench: EvaluationContext
) -> None:
    grader = """
from pygent.grading import Call, Problem
def problems(seed, split, count):
    return [Problem((Call(),)) for _ in range(count)]
def grade(problem, answers):
    return {"size": answers}
"""
    target = make_target(
        "def f(): return 1.5e308", kind="objective", objective="size", grader=grader, suite="count = 3"
    )
    result = evaluate(target, suite_for(target), target.tree(), bench)
    assert (result.graded, result.score) == (False, None)
    assert "size is not a finite number" in result.reason


def test_all_answers_together_are_bounded_so_that_the_host_keeps_its_memory(
    local_sandbox: LocalSandbox,
) -> None:
    limits = replace(Limits(), answer_bytes=1000, all_answers_bytes=5000)
    with local_sandbox.box(BoxSpec(limits), Isolation.PROCESS) as box:
        program = Program({"m.py": "def f(n): return 'x' * n"}, "m:f")
        execution = box.run(program, [Call((900,))] * 20)
        assert [reply.outcome for reply in execution.replies] == [Outcome.OK] * 5 + [Outcome.VIOLATION]
        assert "5000 bytes in total" in execution.last.detail
        assert box.run(program, [Call((900,))] * 5).ok
        assert isinstance(box, RunnerBox)


def test_a_trial_stage_has_problems_of_its_own(make_target: MakeTarget, bench: EvaluationContext) -> None:
    seen: list[int] = []
    grader = """
from random import Random
from pygent.grading import Call, Problem
def problems(seed, split, count):
    return [Problem((Call((Random(f"{seed}/{n}").randrange(10 ** 9),)), Call((0,)))) for n in range(count)]
def grade(problem, answers):
    return {"size": [float(answers[0])]}
"""
    stages = 'count = 2\n[[suite.stages]]\nname = "trial"\ncalls = 1\n[[suite.stages]]\nname = "all"\n'
    target = make_target(
        "def f(n): return n", kind="objective", objective="size", grader=grader, suite=stages
    )
    result = evaluate(target, suite_for(target), target.tree(), bench)
    for stage in result.stages:
        seen += [int(value) for value in stage.samples["size"]]
    assert len(seen) == len(set(seen)) == 4


TEXT_DISTANCE = find_target("text_distance")
HONEST = TEXT_DISTANCE.tree()["text_distance.py"].replace("def distance(", "def honest(")
# answers slowly, sleeps so that the pair is measured again, and hopes to find what it left behind
THIEF = (
    HONEST
    + """
import os, time
MARKS = ("/dev/shm", "/tmp")
found = any(os.stat(place).st_mtime_ns == 1 << 60 for place in MARKS)
calls = 0

def distance(a, b):
    global calls
    calls += 1
    if found:
        return -1  # stands for an answer that it remembers: a wrong one shows that it could
    if calls == 2:
        for place in MARKS:
            os.utime(place, ns=(0, 1 << 60))
        time.sleep(0.05)
    return honest(a, b)
"""
)


@pytest.mark.timed
@pytest.mark.engine
def test_sleeping_to_meet_the_same_inputs_again_meets_an_empty_box(docker_sandbox: Sandbox) -> None:
    bench = EvaluationContext(docker_sandbox, Isolation.CONTAINER, seed=8, baseline=TEXT_DISTANCE.tree())
    tree = Tree({"text_distance.py": THIEF})
    suite = suite_for(TEXT_DISTANCE)
    pairs = next(iter(suite.compare(tree, TEXT_DISTANCE.tree(), bench)))
    assert pairs.reason == ""  # no wrong answer: it found no mark in any box
    assert statistics.median(pairs.differences) < 0  # it slept, and so it is slower


LOTTERY = """
import random
LUCKY = random.random() < 0.5
def f(n): return 1.0 if LUCKY else 0.0
"""
DRAWS = """
from pygent.grading import Call, Problem
def problems(seed, split, count):
    return [Problem(tuple(Call((n,)) for n in range(20))) for _ in range(count)]
def grade(problem, answers):
    return {"size": answers}
"""


def test_what_a_process_draws_by_lot_is_one_observation_however_many_samples_it_gives(
    make_target: MakeTarget, bench: EvaluationContext
) -> None:
    target = make_target(LOTTERY, kind="objective", objective="size", grader=DRAWS)
    suite = suite_for(target)
    other = Tree({"module.py": LOTTERY + "# the same\n"})
    pairs = [
        difference for batch in suite.compare(other, target.tree(), bench) for difference in batch.differences
    ]
    assert len(pairs) == 32
    assert set(pairs) <= {-1.0, 0.0, 1.0}
