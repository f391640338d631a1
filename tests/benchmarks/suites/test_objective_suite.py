from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import pytest

from pygent.benchmarks.results import EvaluationContext
from pygent.benchmarks.statistics.sequential_test import MOST_REPEATS, decide
from pygent.benchmarks.suites.suite_registry import suite_for
from pygent.sandbox.api import Isolation
from pygent.target_modules.patch.model.tree import Tree
from pygent.target_modules.spec.manifest import TargetError

GRADER = """
from random import Random
from pygent.grading import Call, Problem

def problems(seed, split, count):
    rng = Random(f"{seed}/{split}")
    return [Problem(tuple(Call((rng.random(),)) for _ in range(4))) for _ in range(count)]

def grade(problem, answers):
    if not all(type(answer) is float for answer in answers):
        raise ValueError("an answer is not a float")
    return {"error": [abs(a - c.args[0]) for a, c in zip(answers, problem.calls)], "n": [1.0]}
"""


def target_of(make_target: Any, source: str, **more: Any) -> Any:
    given = {
        "kind": "objective",
        "objective": "error",
        "direction": "min",
        "grader": GRADER,
        "suite": "count = 3",
    }
    return make_target(source, **{**given, **more})


def test_the_score_is_the_mean_over_all_samples_and_these_are_kept(
    make_target: Any, bench: EvaluationContext
) -> None:
    target = target_of(make_target, "def f(x): return x + 0.5\n")
    result = suite_for(target).evaluate(target.tree(), bench)
    assert result.score == pytest.approx(0.5)
    assert result.stages[-1].samples["error"] == pytest.approx([0.5] * 12)
    assert (result.passed, result.total) == (3, 3)


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ("def f(x): return 1\n", "problem 0: invalid answer: an answer is not a float"),
        ("def f(x): raise ValueError('no\\nway')\n", "problem 0: call 0 raised: ValueError: no way"),
        ("def f(x): return float('inf')\n", "problem 0: invalid answer: error is not a finite number"),
        ("import os\ndef f(x): os._exit(0)\n", "problem 0: call 0"),
        ("def f(x:\n", "problem 0: import raised"),
    ],
)
def test_what_is_not_an_answer_fails_the_tree(
    make_target: Any, bench: EvaluationContext, source: str, said: str
) -> None:
    target = target_of(make_target, source)
    result = suite_for(target).evaluate(target.tree(), bench)
    assert (result.graded, result.score) == (False, None)
    assert said in result.reason


def test_an_answer_that_the_grader_chokes_on_is_a_wrong_answer(
    make_target: Any, bench: EvaluationContext
) -> None:
    grader = GRADER.replace("if not all(type(answer) is float for answer in answers):", "if False:")
    target = target_of(make_target, "def f(x): return 'text'\n", grader=grader)
    result = suite_for(target).evaluate(target.tree(), bench)
    assert not result.graded
    assert "the grader could not read it: TypeError" in result.reason


def test_a_trial_stage_makes_only_the_first_calls_and_counts_for_itself(
    make_target: Any, scripted: Any, answered: Any
) -> None:
    sandbox = scripted(lambda program, calls, number: answered([call.args[0] + 0.25 for call in calls]))
    stages = (
        'count = 3\n[[suite.stages]]\nname = "trial"\ncalls = 2\ncases = 1\n[[suite.stages]]\nname = "all"\n'
    )
    target = target_of(make_target, "", suite=stages)
    result = suite_for(target).evaluate(target.tree(), EvaluationContext(sandbox, Isolation.PROCESS, seed=1))
    assert [len(calls) for _, calls in sandbox.runs] == [2, 4, 4, 4]
    assert [len(stage.samples["error"]) for stage in result.stages] == [2, 12]


def test_both_trees_get_the_same_fresh_problems_in_turns(
    make_target: Any, scripted: Any, answered: Any
) -> None:
    def script(program: Any, calls: Any, number: int) -> Any:
        error = 0.1 if "candidate" in program.files["module.py"] else 0.4
        return answered([call.args[0] + error for call in calls])

    sandbox = scripted(script)
    bench = EvaluationContext(sandbox, Isolation.PROCESS, seed=9)
    target = target_of(make_target, "# reference\n")
    suite = suite_for(target)
    suite.evaluate(target.tree(), bench)
    evaluated = [calls for _, calls in sandbox.runs]
    sandbox.close()
    pairs = suite.compare(Tree({"module.py": "# candidate\n"}), target.tree(), bench)
    batches = [next(pairs) for _ in range(4)]
    assert [len(batch.differences) for batch in batches] == [1, 1, 2, 4]
    assert all(difference == pytest.approx(0.3) for batch in batches for difference in batch.differences)
    ours = [calls for program, calls in sandbox.runs if "candidate" in program.files["module.py"]]
    theirs = [calls for program, calls in sandbox.runs if "reference" in program.files["module.py"]]
    assert ours == theirs
    assert not any(calls in evaluated or ours.count(calls) > 1 for calls in ours)
    firsts = ["candidate" in program.files["module.py"] for program, _ in sandbox.runs[::2]]
    assert True in firsts
    assert False in firsts


def test_a_task_that_is_not_sampled_is_compared_on_the_same_again_and_again(
    make_target: Any, bench: EvaluationContext
) -> None:
    target = target_of(make_target, "def f(x): return x + 0.5\n", suite="count = 2\nsampled = false")
    suite = suite_for(target)
    assert suite.exhaustive
    pairs = list(suite.compare(Tree({"module.py": "def f(x): return x - 0.1\n"}), target.tree(), bench))
    assert [len(batch.differences) for batch in pairs] == [2] * MOST_REPEATS
    assert decide(iter(pairs), exhaustive=True, error_rate=0.05).better


def test_a_candidate_that_fails_in_the_comparison_is_not_better(
    make_target: Any, bench: EvaluationContext
) -> None:
    target = target_of(make_target, "def f(x): return x + 0.5\n")
    suite = suite_for(target)
    bad = Tree({"module.py": "def f(x): return x if x < 0.9 else None\n"})
    decision = decide(suite.compare(bad, target.tree(), bench), exhaustive=False, error_rate=0.05)
    assert not decision.better
    assert "invalid answer" in decision.reason


@pytest.mark.parametrize(
    ("grader", "said"),
    [
        ("def problems(seed, split, count): return []\n", "needs a function `grade`"),
        ("import nowhere_to_be_found\n", "cannot be loaded"),
        ("def (:\n", "cannot be loaded"),
    ],
)
def test_a_grader_that_cannot_be_used_is_named(make_target: Any, grader: str, said: str) -> None:
    with pytest.raises(TargetError, match=r"grader\.py: ") as raised:
        suite_for(target_of(make_target, "", grader=grader))
    assert said in str(raised.value)


def test_a_grader_that_draws_the_wrong_things_is_named(make_target: Any, bench: EvaluationContext) -> None:
    grader = "def problems(seed, split, count): return [1]\ndef grade(problem, answers): return {}\n"
    target = target_of(make_target, "", grader=grader)
    with pytest.raises(TargetError, match=r"problems\(\) must return a list of pygent.grading.Problem"):
        suite_for(target).evaluate(target.tree(), bench)


def test_a_grader_of_before_is_told_where_its_names_are_now(
    make_target: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = Path(__file__).parents[3]  # where pytest is started, and `benchmarks` is a folder
    monkeypatch.setattr(sys, "path", [place for place in sys.path if place and Path(place) != root])
    old = "from benchmarks.problems import Problem\nfrom sandbox.types import Call\n"
    target = make_target("def f(): return 1", kind="objective", objective="size", grader=old)
    with pytest.raises(TargetError, match=r"No module named 'benchmarks'; .*from pygent.grading import"):
        suite_for(target)
