from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

import pytest

from pygent.benchmarks.results import EvaluationContext
from pygent.benchmarks.statistics.sequential_test import decide
from pygent.benchmarks.suites.suite_registry import suite_for
from pygent.benchmarks.suites.timing import reserved_core
from pygent.sandbox.api import Call, Execution, Isolation, Program
from pygent.target_modules.patch.model.tree import Tree

SQUARES = [{"args": [n], "expected": n * n} for n in range(10)]
CANDIDATE, REFERENCE = Tree({"module.py": "# candidate\n"}), Tree({"module.py": "# reference\n"})
Script = Callable[[Program, Sequence[Call], int], Execution]


def is_candidate(program: Program) -> bool:
    return "candidate" in program.files["module.py"]


def timed(answered: Any, candidate: float, reference: float, cpu: float = 1.0) -> Script:
    def script(program: Program, calls: Sequence[Call], number: int) -> Any:
        seconds = candidate if is_candidate(program) else reference
        return answered([call.args[0] ** 2 for call in calls], seconds, seconds * cpu)  # type: ignore[operator]

    return script


@pytest.fixture
def target(make_target: Any) -> Any:
    return make_target("# reference\n", kind="timing", objective="speedup", cases=SQUARES, suite="pairs = 6")


def bench_of(sandbox: Any) -> EvaluationContext:
    return EvaluationContext(sandbox, Isolation.PROCESS, seed=3, baseline=REFERENCE)


def test_the_score_is_the_geometric_mean_of_speed_ups_against_the_baseline(
    target: Any, scripted: Any, answered: Any
) -> None:
    result = suite_for(target).evaluate(CANDIDATE, bench_of(scripted(timed(answered, 0.01, 0.04))))
    assert result.score == pytest.approx(4.0)
    assert result.stages[-1].samples["log_speedup"] == pytest.approx([math.log(4)] * 6)
    assert result.metrics["seconds"] == pytest.approx(0.01)
    assert result.noise == pytest.approx(0.0)


def test_the_two_take_turns_on_the_reserved_core_with_the_same_inputs(
    target: Any, scripted: Any, answered: Any
) -> None:
    sandbox = scripted(timed(answered, 0.01, 0.01))
    suite_for(target).evaluate(CANDIDATE, bench_of(sandbox))
    order = "".join("A" if is_candidate(program) else "B" for program, _ in sandbox.runs)
    assert order == "ABBAABBAABBA"
    assert {spec.core for spec in sandbox.specs} == {reserved_core()}
    for pair in range(6):
        (_, one), (_, other) = sandbox.runs[2 * pair : 2 * pair + 2]
        assert one == other
    assert len({tuple(call.args for call in calls) for _, calls in sandbox.runs}) == 6


@pytest.mark.parametrize("isolation", list(Isolation))
def test_each_child_has_a_box_of_its_own_that_nothing_ran_in_before(
    target: Any, scripted: Any, answered: Any, isolation: Isolation
) -> None:
    sandbox = scripted(timed(answered, 0.01, 0.01))
    bench = EvaluationContext(sandbox, isolation, seed=3, baseline=REFERENCE)
    suite = suite_for(target)
    suite.evaluate(CANDIDATE, bench)
    next(iter(suite.compare(CANDIDATE, REFERENCE, bench, "held_out")))
    assert len(sandbox.boxes) == len(set(sandbox.boxes)) == 28
    assert set(sandbox.isolations) == {Isolation.CONTAINER}
    assert sandbox.prepared == list(range(0, 28, 2))  # before a pair, and never within one


DRAWN = {  # what a grader draws, and how many pairs of boxes six pairs take
    "new numbers": ("rng.randrange(10 ** 9)", 1),
    "one of two numbers": ("rng.randrange(2)", 6),
    "new numbers, and a graph that is always the same": ("rng.randrange(10 ** 9), list(range(100))", 6),
    "new lists with a text in them that is always the same": ("[rng.randrange(10 ** 9), 'text ' * 20]", 6),
    "new numbers, and a short text that is always the same": ("rng.randrange(10 ** 9), 'text'", 1),
}


@pytest.mark.parametrize(("arguments", "boxes"), list(DRAWN.values()), ids=list(DRAWN))
def test_no_box_is_asked_an_input_twice_or_a_large_part_of_one(
    arguments: str, boxes: int, make_target: Any, scripted: Any, answered: Any
) -> None:
    grader = f"""
from random import Random
from pygent.grading import Call, Case
def cases(seed, split, count):
    rng = Random(seed)
    return [Case(Call(({arguments},)), 1) for _ in range(count)]
"""
    target = make_target("", kind="timing", objective="speedup", grader=grader, suite="count = 2\npairs = 6")
    sandbox = scripted(lambda program, calls, number: answered([1, 1], 0.01))
    assert suite_for(target).evaluate(CANDIDATE, bench_of(sandbox)).graded
    assert len(set(sandbox.boxes)) == 2 * boxes
    for box in set(sandbox.boxes):
        asked = [calls for where, (_, calls) in zip(sandbox.boxes, sandbox.runs, strict=True) if where == box]
        assert len(asked) == (6 if boxes == 1 else 1)


def test_a_wrong_answer_in_any_repeat_fails_the_tree(target: Any, scripted: Any, answered: Any) -> None:
    def script(program: Program, calls: Sequence[Call], number: int) -> Any:
        values: list[Any] = [call.args[0] ** 2 for call in calls]  # type: ignore[operator]
        if number == 8:
            values[2] = "wrong"
        return answered(values, 0.001 if is_candidate(program) else 0.01)

    result = suite_for(target).evaluate(CANDIDATE, bench_of(scripted(script)))
    assert (result.graded, result.score) == (False, None)
    assert result.reason == "wrong answer in case 2 (got 'wrong')"


def test_a_reference_that_fails_is_named_as_such(target: Any, scripted: Any, answered: Any) -> None:
    def script(program: Program, calls: Sequence[Call], number: int) -> Any:
        return answered([call.args[0] ** 2 if is_candidate(program) else 0 for call in calls])  # type: ignore[operator]

    result = suite_for(target).evaluate(CANDIDATE, bench_of(scripted(script)))
    assert not result.graded
    assert result.reason.startswith("the reference failed: wrong answer in case")


def test_work_outside_the_clock_shows_on_the_cpu_meter_and_fails_the_tree(
    target: Any, scripted: Any, answered: Any
) -> None:
    result = suite_for(target).evaluate(CANDIDATE, bench_of(scripted(timed(answered, 0.1, 0.1, cpu=2.0))))
    assert not result.graded
    assert "work was done outside the clock" in result.reason


def faster_after_the_first(answered: Any, slept: float) -> Script:
    def script(program: Program, calls: Sequence[Call], number: int) -> Any:
        values = [call.args[0] ** 2 for call in calls]  # type: ignore[operator]
        if is_candidate(program) and number > 0:
            return answered(values, 0.02, 0.02)
        return answered(values, 0.1 + (slept if number == 0 else 0), 0.1)

    return script


@pytest.mark.parametrize("slept", [0.0, 0.5])  # a sleep has the pair measured again
def test_repeats_that_are_faster_than_the_first_one_with_the_same_inputs_fail_the_tree(
    target: Any, scripted: Any, answered: Any, slept: float
) -> None:
    script = faster_after_the_first(answered, slept)
    result = suite_for(target).evaluate(CANDIDATE, bench_of(scripted(script)))
    assert (result.graded, result.score) == (False, None)
    assert result.reason == (
        "the first repeat took 4.6 times the work of the later ones, which had the same inputs: "
        "they do not do the work anew"
    )
    compared = suite_for(target).compare(CANDIDATE, REFERENCE, bench_of(scripted(script)), "held_out")
    assert [pairs.reason for pairs in compared] == [result.reason]


def test_a_reference_that_is_slow_at_first_too_says_that_it_was_the_machine(
    target: Any, scripted: Any, answered: Any
) -> None:
    def script(program: Program, calls: Sequence[Call], number: int) -> Any:
        return answered([call.args[0] ** 2 for call in calls], *[0.1 if number < 2 else 0.02] * 2)  # type: ignore[operator]

    result = suite_for(target).evaluate(CANDIDATE, bench_of(scripted(script)))
    assert result.score == pytest.approx(1.0)


def test_a_disturbed_pair_is_measured_again_with_the_same_inputs(
    target: Any, scripted: Any, answered: Any
) -> None:
    def script(program: Program, calls: Sequence[Call], number: int) -> Any:
        values = [call.args[0] ** 2 for call in calls]  # type: ignore[operator]
        return answered(values, 0.9 if number == 0 else 0.1, 0.1)

    sandbox = scripted(script)
    result = suite_for(target).evaluate(CANDIDATE, bench_of(sandbox))
    assert len(sandbox.runs) == 14
    assert sandbox.runs[0][1] == sandbox.runs[2][1]
    assert result.score == pytest.approx(1.0)


def test_a_candidate_that_sleeps_is_slow_and_not_left_out(target: Any, scripted: Any, answered: Any) -> None:
    def script(program: Program, calls: Sequence[Call], number: int) -> Any:
        values = [call.args[0] ** 2 for call in calls]  # type: ignore[operator]
        return answered(values, 0.4 if is_candidate(program) else 0.1, 0.1)

    result = suite_for(target).evaluate(CANDIDATE, bench_of(scripted(script)))
    assert result.score == pytest.approx(0.25)
    assert len(result.stages[-1].samples["log_speedup"]) == 6


def test_a_machine_that_is_never_quiet_is_measured_as_it_is(
    make_target: Any, scripted: Any, answered: Any
) -> None:
    target = make_target("", kind="timing", objective="speedup", cases=SQUARES, suite="pairs = 30")
    sandbox = scripted(timed(answered, 0.1, 0.1, cpu=0.1))
    assert suite_for(target).evaluate(CANDIDATE, bench_of(sandbox)).graded
    assert len(sandbox.runs) == 2 * (30 + 12)


def test_a_stage_of_few_pairs_spares_a_slow_tree_the_rest(
    make_target: Any, scripted: Any, answered: Any
) -> None:
    quick = '[[suite.stages]]\nname = "quick"\ncases = 2\nthreshold = 0.5\n'
    stages = f'pairs = 6\n{quick}[[suite.stages]]\nname = "all"\n'
    target = make_target("", kind="timing", objective="speedup", cases=SQUARES, suite=stages)
    sandbox = scripted(timed(answered, 0.4, 0.16))
    result = suite_for(target).evaluate(CANDIDATE, bench_of(sandbox))
    assert "stage quick: speedup is 0.4" in result.reason
    assert len(sandbox.runs) == 4


@pytest.mark.parametrize(("candidate", "better"), [(0.009, True), (0.01, False), (0.011, False)])
def test_comparing_says_which_is_faster(
    target: Any, scripted: Any, answered: Any, candidate: float, better: bool
) -> None:
    suite = suite_for(target)
    assert suite.exclusive
    pairs = suite.compare(CANDIDATE, REFERENCE, bench_of(scripted(timed(answered, candidate, 0.01))))
    assert decide(pairs, exhaustive=suite.exhaustive, error_rate=0.05).better is better


def test_comparing_uses_other_inputs_than_evaluating(target: Any, scripted: Any, answered: Any) -> None:
    sandbox = scripted(timed(answered, 0.01, 0.01))
    suite = suite_for(target)
    suite.evaluate(CANDIDATE, bench_of(sandbox))
    evaluated = {calls[0].args + calls[1].args + calls[2].args for _, calls in sandbox.runs}
    sandbox.close()
    next(suite.compare(CANDIDATE, REFERENCE, bench_of(sandbox)))
    compared = {calls[0].args + calls[1].args + calls[2].args for _, calls in sandbox.runs}
    assert len(compared - evaluated) > 4
