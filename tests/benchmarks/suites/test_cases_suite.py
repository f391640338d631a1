from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from pygent.benchmarks.results import Evaluation, EvaluationContext
from pygent.benchmarks.statistics.sequential_test import decide
from pygent.benchmarks.suites.suite_registry import suite_for
from pygent.sandbox.api import Isolation
from pygent.target_modules.patch.model.tree import Tree
from pygent.target_modules.spec.manifest import Target

SQUARES = [{"args": [n], "expected": n * n} for n in range(10)]
RIGHT = "def f(n):\n    return n * n\n"


def judged(target: Target, bench: EvaluationContext, source: str | None = None) -> Evaluation:
    tree = target.tree() if source is None else Tree({"module.py": source})
    return suite_for(target).evaluate(tree, bench)


def test_all_right_answers_score_one(make_target: Any, bench: EvaluationContext) -> None:
    result = judged(make_target(RIGHT, cases=SQUARES), bench)
    assert (result.graded, result.score, result.passed, result.total) == (True, 1.0, 10, 10)
    assert result.trust == "sealed"


def test_the_score_is_the_share_that_passed_and_wrong_answers_are_told_without_the_right_ones(
    make_target: Any, bench: EvaluationContext
) -> None:
    result = judged(make_target("def f(n):\n    return n * n if n < 7 else -123\n", cases=SQUARES), bench)
    assert (result.graded, result.score, result.passed) == (True, 0.7, 7)
    assert result.stages[0].samples["passed"] == (1.0,) * 7 + (0.0,) * 3
    assert result.stages[0].failures[0] == "wrong answer in case 7 (got -123): f(7)"
    assert not any("49" in failure for failure in result.stages[0].failures)


def test_an_exception_is_a_failed_case_and_the_others_still_count(
    make_target: Any, bench: EvaluationContext
) -> None:
    source = "def f(n):\n    if n == 3:\n        raise KeyError('gone')\n    return n * n\n"
    result = judged(make_target(source, cases=SQUARES), bench)
    assert (result.graded, result.passed, result.total) == (True, 9, 10)
    assert "case 3 raised" in result.stages[0].failures[0]


def test_a_case_that_ends_the_child_fails_and_the_rest_goes_on_in_a_new_one(
    make_target: Any, bench: EvaluationContext
) -> None:
    source = "import os\ndef f(n):\n    if n in (2, 5):\n        os._exit(0)\n    return n * n\n"
    result = judged(make_target(source, cases=SQUARES), bench)
    assert (result.graded, result.passed, result.total) == (True, 8, 10)
    assert [failure[:11] for failure in result.stages[0].failures] == ["case 2 died", "case 5 died"]


def test_a_case_that_hangs_is_a_failed_case(make_target: Any, bench: EvaluationContext) -> None:
    source = "def f(n):\n    while n == 4:\n        pass\n    return n * n\n"
    result = judged(make_target(source, cases=SQUARES, extra="[limits]\ncall_seconds = 0.3"), bench)
    assert (result.graded, result.passed) == (True, 9)
    assert "case 4 timed out" in result.stages[0].failures[0]


def test_a_tree_that_ends_child_after_child_is_given_up(make_target: Any, bench: EvaluationContext) -> None:
    result = judged(make_target("import os\ndef f(n):\n    os._exit(1)\n", cases=SQUARES), bench)
    assert (result.graded, result.score) == (False, None)
    assert "8 cases ended the child" in result.reason


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ("def f(n:\n", "import raised: SyntaxError"),
        ("import nowhere_to_be_found\n", "import raised: ModuleNotFoundError"),
        ("def g(n): return n\n", "import raised"),
    ],
)
def test_a_module_that_cannot_be_loaded_is_not_graded(
    make_target: Any, bench: EvaluationContext, source: str, said: str
) -> None:
    result = judged(make_target(RIGHT, cases=SQUARES), bench, source)
    assert not result.graded
    assert said in result.reason
    assert "\n" not in result.reason


@pytest.mark.parametrize(
    ("expected", "source", "right"),
    [
        (1, "def f(): return True\n", False),
        (1, "def f(): return 1.0\n", False),
        ([1, 2], "def f(): return (1, 2)\n", False),
        ({"$tuple": [1, 2]}, "def f(): return (1, 2)\n", True),
        (0.3, "def f(): return 0.1 + 0.2\n", False),
        (
            None,
            "def f():\n    class Liar:\n        def __eq__(s, o): return True\n    return Liar()\n",
            False,
        ),
        ({"a": [1]}, "def f(): return {'a': [1]}\n", True),
    ],
)
def test_answers_are_compared_on_the_host_by_exact_type(
    make_target: Any, bench: EvaluationContext, expected: object, source: str, right: bool
) -> None:
    result = judged(make_target(source, cases=[{"args": [], "expected": expected}]), bench)
    assert result.score == (1.0 if right else 0.0) or (not right and not result.graded)


def test_a_tolerance_lets_floats_differ(make_target: Any, bench: EvaluationContext) -> None:
    cases = [{"args": [], "expected": 0.3, "abs": 1e-9}, {"args": [], "expected": 0.31, "rel": 1e-3}]
    assert judged(make_target("def f(): return 0.1 + 0.2\n", cases=cases), bench).passed == 1


def test_printing_and_exit_codes_do_not_touch_the_score(make_target: Any, bench: EvaluationContext) -> None:
    source = "print('{\"passed\": 10}')\ndef f(n):\n    print('score 1.0')\n    return 0\n"
    result = judged(make_target(source, cases=SQUARES), bench)
    assert result.passed == 1
    assert "score 1.0" in result.output


class TestGate:
    """Correctness is not the objective: one failure fails the tree."""

    def test_the_objective_is_measured_where_all_is_right(
        self, make_target: Any, bench: EvaluationContext
    ) -> None:
        target = make_target(RIGHT, cases=SQUARES, objective="sloc", direction="min")
        result = judged(target, bench)
        assert (result.graded, result.score) == (True, 2.0)

    def test_one_wrong_answer_fails_the_tree_and_is_told_without_the_right_one(
        self, make_target: Any, bench: EvaluationContext
    ) -> None:
        target = make_target(RIGHT, cases=SQUARES, objective="sloc", direction="min")
        result = judged(target, bench, "def f(n): return n * n if n != 8 else 7\n")
        assert (result.graded, result.score) == (False, None)
        assert result.reason == "wrong answer in case 8 (got 7)"

    def test_shorter_source_with_the_same_answers_is_better(
        self, make_target: Any, bench: EvaluationContext
    ) -> None:
        target = make_target(
            "def f(n):\n    r = n * n\n    return r\n", cases=SQUARES, objective="sloc", direction="min"
        )
        suite = suite_for(target)
        pairs = suite.compare(Tree({"module.py": RIGHT}), target.tree(), bench)
        assert decide(pairs, exhaustive=suite.exhaustive, error_rate=0.05).better


class TestStages:
    STAGES = '[[suite.stages]]\nname = "few"\ncases = 3\nthreshold = 0.5\n[[suite.stages]]\nname = "all"\n'

    def test_a_missed_threshold_spares_the_next_stage(
        self, make_target: Any, bench: EvaluationContext
    ) -> None:
        target = make_target("def f(n): return n * n if n > 5 else -1\n", cases=SQUARES, suite=self.STAGES)
        result = judged(target, bench)
        assert not result.graded
        assert result.reason == "stage few: passed is 0, the threshold is 0.5"
        assert [(stage.name, stage.total) for stage in result.stages] == [("few", 3)]

    def test_a_later_stage_covers_the_cases_of_the_ones_before(
        self, make_target: Any, bench: EvaluationContext
    ) -> None:
        result = judged(make_target(RIGHT, cases=SQUARES, suite=self.STAGES), bench)
        assert [(stage.name, stage.total) for stage in result.stages] == [("few", 3), ("all", 10)]
        assert result.score == 1.0

    def test_no_case_is_run_twice(self, make_target: Any, scripted: Any, answered: Any) -> None:
        sandbox = scripted(lambda program, calls, number: answered([call.args[0] ** 2 for call in calls]))
        judged(
            make_target(RIGHT, cases=SQUARES, suite=self.STAGES),
            EvaluationContext(sandbox, Isolation.PROCESS, seed=1),
        )
        assert [len(calls) for _, calls in sandbox.runs] == [3, 7]

    def test_held_out_cases_are_all_used_whatever_the_stages_say(
        self, make_target: Any, bench: EvaluationContext
    ) -> None:
        held = [{"args": [20], "expected": 400}, {"args": [21], "expected": 0}]
        target = make_target(RIGHT, cases=SQUARES, held_out=held, suite=self.STAGES)
        result = suite_for(target).evaluate(target.tree(), bench, "held_out")
        assert (result.split, result.passed, result.total, result.score) == ("held_out", 1, 2, 0.5)


@pytest.mark.parametrize(
    ("bound", "graded", "said"),
    [
        ("max = 3", True, ""),
        ("max = 1", False, "complexity is 2, at most 1 is allowed"),
        ("min = 5", False, "complexity is 2, at least 5 is asked"),
    ],
)
def test_a_threshold_on_a_radon_metric_is_kept(
    make_target: Any, bench: EvaluationContext, bound: str, graded: bool, said: str
) -> None:
    source = "def f(n):\n    if n:\n        return n * n\n    return 0\n"
    target = make_target(source, cases=SQUARES, extra=f'[[thresholds]]\nmetric = "complexity"\n{bound}\n')
    result = judged(target, bench)
    assert (result.graded, result.reason) == (graded, said)
    assert result.metrics["complexity"] == 2.0


class TestCompare:
    def better(self, target: Target, bench: EvaluationContext, source: str) -> bool:
        suite = suite_for(target)
        pairs = suite.compare(Tree({"module.py": source}), target.tree(), bench)
        return decide(pairs, exhaustive=suite.exhaustive, error_rate=0.05).better

    BUGGY = "def f(n):\n    return n * n if n < 5 else 0\n"

    def test_a_partial_repair_is_better(self, make_target: Any, bench: EvaluationContext) -> None:
        assert self.better(
            make_target(self.BUGGY, cases=SQUARES), bench, "def f(n): return n * n if n < 6 else 0\n"
        )

    def test_the_same_answers_are_not_better(self, make_target: Any, bench: EvaluationContext) -> None:
        assert not self.better(make_target(self.BUGGY, cases=SQUARES), bench, self.BUGGY + "# new\n")

    def test_luck_is_not_better(self, make_target: Any, scripted: Any, answered: Any) -> None:
        """A flaky candidate that is right the first time only."""
        runs: list[int] = []

        def script(program: Any, calls: Any, number: int) -> Any:
            is_candidate = "lucky" in program.files["module.py"]
            runs.append(number)
            lucky = is_candidate and sum(1 for _ in runs) <= 2
            return answered([call.args[0] ** 2 if lucky or call.args[0] < 5 else 0 for call in calls])

        target = make_target(self.BUGGY, cases=SQUARES)
        assert not self.better(
            target, EvaluationContext(scripted(script), Isolation.PROCESS, seed=1), "# lucky\n"
        )

    def test_boxes_come_back_when_the_caller_stops_early(
        self, make_target: Any, scripted: Any, answered: Any
    ) -> None:
        sandbox = scripted(lambda program, calls, number: answered([0] * len(calls)))
        target = make_target(self.BUGGY, cases=SQUARES)
        pairs: Any = suite_for(target).compare(
            target.tree(), target.tree(), EvaluationContext(sandbox, Isolation.PROCESS, seed=1)
        )
        next(pairs)
        assert sandbox.open == 2
        pairs.close()
        assert sandbox.open == 0


DRAWING = """
from random import Random
from pygent.grading import Call, Case

def cases(seed, split, count):
    rng = Random(f"{seed}/{split}")
    numbers = [rng.randrange(10**9) for _ in range(count)]
    return [Case(Call((n,)), n * n) for n in numbers]
"""


def test_drawn_cases_differ_between_evaluation_comparison_and_held_out(
    make_target: Any, scripted: Callable[..., Any], answered: Any
) -> None:
    sandbox = scripted(lambda program, calls, number: answered([call.args[0] ** 2 for call in calls]))
    bench = EvaluationContext(sandbox, Isolation.PROCESS, seed=5)
    target = make_target(RIGHT, grader=DRAWING, suite="count = 20")
    suite = suite_for(target)
    assert not suite.exhaustive
    suite.evaluate(target.tree(), bench)
    evaluated = {call.args[0] for _, calls in sandbox.runs for call in calls}
    sandbox.close()
    suite.evaluate(target.tree(), bench, "held_out")
    held_out = {call.args[0] for _, calls in sandbox.runs for call in calls}
    sandbox.close()
    pairs = suite.compare(Tree({"module.py": "# other\n"}), target.tree(), bench)
    assert [len(next(pairs).differences) for _ in range(4)] == [1, 1, 1, 1]
    assert {len(calls) for _, calls in sandbox.runs} == {8}
    by_tree: dict[str, list[Any]] = {}
    for program, calls in sandbox.runs:
        by_tree.setdefault(program.files["module.py"], []).extend(call.args[0] for call in calls)
    ours, theirs = by_tree.values()
    assert ours == theirs
    assert not evaluated & held_out
    assert not set(ours) & (evaluated | held_out)
