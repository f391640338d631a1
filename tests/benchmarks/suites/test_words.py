"""What graders say: kept, cut, masked, and apart from what is held out."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pygent.benchmarks.judge import confirm, evaluate
from pygent.benchmarks.results import Evaluation, EvaluationContext
from pygent.benchmarks.suites.suite_registry import suite_for
from pygent.benchmarks.suites.words import ALL, EACH, MASK, SHORTEST, Masks, bounded
from pygent.sandbox.api import Call
from pygent.target_modules.spec.manifest import Target, TargetError

MakeTarget = Callable[..., Target]

OBJECTIVE = """
from pygent.grading import Call, Graded, Problem

def problems(seed, split, count):
    return [Problem((Call((n,)),), facts=[n * 1111.5]) for n in range(1, count + 1)]

def grade(problem, answers):
    return Graded({"size": [float(answers[0])]}, %s)

def words_about_all(samples):
    return f"{len(samples['size'])} samples"
"""
CASES = """
from pygent.grading import Call, Case

def cases(seed, split, count):
    return [Case(Call((n,)), expected=n * 12345) for n in range(1, count + 1)]

def words_about_case(case, answer):
    return f"{answer} is below {case.expected}" if answer < case.expected else ""
"""


def objective(make_target: MakeTarget, words: str, **more: Any) -> Target:
    given = {"kind": "objective", "objective": "size", "grader": OBJECTIVE % words, "suite": "count = 2"}
    return make_target("def f(n): return n", **{**given, **more})


def judged(target: Target, bench: EvaluationContext) -> Evaluation:
    return evaluate(target, suite_for(target), target.tree(), bench)


def test_a_grader_says_words_about_the_whole_and_about_each_problem(
    make_target: MakeTarget, bench: EvaluationContext
) -> None:
    found = judged(objective(make_target, "f'got {answers[0]}'"), bench)
    assert found.words == ("2 samples", "problem 0: got 1", "problem 1: got 2")
    assert found.score == 1.5


def test_words_about_a_case_have_its_number_and_not_its_expected_value(
    make_target: MakeTarget, bench: EvaluationContext
) -> None:
    found = judged(
        make_target("def f(n): return 12345 if n == 1 else 7", grader=CASES, suite="count = 3"), bench
    )
    assert found.words == (f"case 1: 7 is below {MASK}", f"case 2: 7 is below {MASK}")


def test_an_evaluation_is_read_back_with_its_words_and_an_old_one_without(
    make_target: MakeTarget, bench: EvaluationContext
) -> None:
    found = judged(objective(make_target, "'a word'"), bench)
    stored = json.loads(json.dumps(found.to_json()))
    assert Evaluation.from_json(stored).words == found.words
    del stored["words"], stored["judged"]
    old = Evaluation.from_json(stored)
    assert (old.words, old.judged, old.score) == ((), (), found.score)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("str(problem.facts)", MASK),
        ("f'it is {problem.facts[0]}'", f"it is {MASK}"),
        ("f'it is {problem.facts[0]:.2f}'", f"it is {MASK}"),
        ("'it is 1,111.5'", f"it is {MASK}"),
        ("'it is 2.223e3'", f"it is {MASK}"),  # of the other problem
        ("'it is 1111'", "it is 1111"),
        ("repr(problem.calls[0].args)", "(1,)"),
    ],
)
def test_what_a_visible_problem_expects_is_masked(
    make_target: MakeTarget, bench: EvaluationContext, words: str, said: str
) -> None:
    assert judged(objective(make_target, words), bench).words[1] == f"problem 0: {said}"


def test_a_reason_to_refuse_an_answer_is_masked(make_target: MakeTarget, bench: EvaluationContext) -> None:
    grader = (
        OBJECTIVE % "''" + "\ndef grade(problem, answers):\n    raise ValueError(f'not {problem.facts[0]}')\n"
    )
    found = judged(objective(make_target, "", grader=grader), bench)
    assert found.reason == f"problem 0: invalid answer: not {MASK}"


def test_words_are_cut_and_visible(make_target: MakeTarget, bench: EvaluationContext) -> None:
    found = judged(objective(make_target, "'<|im_start|>\\x1b' + 'x' * 9000", suite="count = 9"), bench)
    assert all(len(text) <= EACH for text in found.words)
    assert sum(map(len, found.words[:-1])) <= ALL
    assert found.words[-1] == "(5 more left out)"
    assert found.words[1].startswith("problem 0: <\\x7cim_start|>\\x1bxxx")


@pytest.mark.parametrize(
    "words", ["1 / 0", "[][answers[0]]", "(_ for _ in ()).throw(RuntimeError(case.expected))"]
)
def test_an_error_over_words_about_a_case_is_no_verdict(
    make_target: MakeTarget, bench: EvaluationContext, words: str
) -> None:
    grader = CASES + f"\ndef words_about_case(case, answer):\n    answers = [answer]\n    return {words}\n"
    found = judged(make_target("def f(n): return n * 12345", grader=grader), bench)
    assert found.score == 1.0
    assert re.fullmatch(r"case 0: \(the grader's words_about_case\(\) ended in \w+\)", found.words[0])


@pytest.mark.parametrize(
    "grader", [OBJECTIVE % "7", CASES + "\ndef words_about_case(case, answer):\n    return ['a list']\n"]
)
def test_words_that_are_no_text_are_an_error_of_the_target(
    make_target: MakeTarget, bench: EvaluationContext, grader: str
) -> None:
    more = {"kind": "objective", "objective": "size"} if "Graded" in grader else {}
    target = make_target("def f(n): return n", grader=grader, **more)
    with pytest.raises(TargetError, match="must be a string, not"):
        judged(target, bench)


def test_words_about_held_out_cases_stay_with_the_confirmation(
    make_target: MakeTarget, bench: EvaluationContext
) -> None:
    target = objective(make_target, "'MARKER'")
    found = confirm(target, suite_for(target), target.tree(), bench, error_rate=0.05)
    assert found.words == ("2 samples", "problem 0: MARKER", "problem 1: MARKER")


PLAIN = st.recursive(
    st.integers() | st.floats(allow_nan=False) | st.text(min_size=SHORTEST) | st.binary(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner) | st.tuples(inner, inner),
    max_leaves=8,
)


@given(PLAIN, st.text(), st.text())
def test_no_text_form_of_an_expected_value_is_left(value: object, before: str, after: str) -> None:
    masks = Masks([(value, [Call(("an input",))])])
    forms = [str(value), repr(value)]
    with suppress(TypeError):  # bytes
        forms.append(json.dumps(value))
    for form in forms:
        if len(form) >= SHORTEST and form not in MASK:
            assert form not in masks(f"{before}{form}{after}").replace(MASK, "")


@given(st.lists(st.text(max_size=3 * EACH), max_size=20))
def test_words_are_never_longer_than_the_docs_say(words: list[str]) -> None:
    found = bounded(words)
    assert all(len(text) <= EACH for text in found)
    assert sum(map(len, found)) <= ALL + len("(20 more left out)")


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("abc", "it is 'abc'"),
        (12, "12 of 12"),
        ([1], "[1]"),
        (Call, "pygent.sandbox.api.Call"),
        ([True, None], "True"),
    ],
)
def test_short_text_forms_and_odd_classes_are_left(value: object, text: str) -> None:
    assert Masks([(value, [])])(text) == text


def test_a_value_that_holds_itself_has_an_end() -> None:
    loop: list[object] = ["secret"]
    loop.append(loop)
    assert Masks([(loop, [Call((loop[:1],))])])("no secret") == "no secret"
    assert Masks([(loop, [])])("no secret") == f"no {MASK}"


def test_an_input_that_is_part_of_the_answer_is_no_secret() -> None:
    masks = Masks([(["alpha", "secret"], [Call(("alpha",))])])
    assert masks("alpha secret ['alpha', 'secret']") == f"alpha {MASK} {MASK}"
