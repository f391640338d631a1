"""One expression filled in anew: which places are masked, under which grammar, what becomes of the answer."""

from __future__ import annotations

import ast
from collections.abc import Sequence
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pygent.agent.brief import Brief
from pygent.agent.host_client import ModelAnswer
from pygent.agent.infill import MASK, attempt, drawn, grammar, masked
from pygent.prompts.message import Message
from pygent.target_modules.patch.apply import apply
from pygent.target_modules.patch.model.tree import Tree

FUNCTION = """def wanted(item, bins: list[int]) -> float:
    # é, so that bytes and characters differ
    left = bins[0] - item
    print(f"{left} left")
    return max(left, 2.5) if left > 1 else helper(item)
"""
PLACES = {
    *("bins[0] - item", "bins[0]", "bins", "0", "item", "max(left, 2.5) if left > 1 else helper(item)"),
    *("max(left, 2.5)", "left", "2.5", "left > 1", "1", "helper(item)", 'print(f"{left} left")'),
}


def brief(source: str = FUNCTION) -> Brief:
    return Brief("packing", "", "", {"packing.py": source}, ("packing.py:wanted",), "", None, None)


class Model:
    def __init__(self, text: str, *, cut_off: bool = False) -> None:
        self.answer = ModelAnswer(text, cut_off=cut_off)
        self.asked: list[tuple[str, str, int]] = []

    def __call__(self, messages: Sequence[Message], *, grammar: str, max_tokens: int) -> ModelAnswer:
        self.asked.append((messages[0].content, grammar, max_tokens))
        return self.answer


@given(st.integers(0, 10_000))
def test_a_place_is_a_whole_expression_that_is_read(seed: int) -> None:
    place = masked(FUNCTION, Random(seed))
    assert place is not None
    assert place.was in PLACES
    assert place.filled(place.was) == FUNCTION
    assert ast.dump(ast.parse(place.filled(f"({place.was})"))) == ast.dump(ast.parse(FUNCTION))
    assert {"bins", "item", "left"} <= set(place.names)
    assert "helper" in place.functions
    assert "2.5" in place.numbers
    ast.parse(drawn(place, Random(seed)), mode="eval")


def test_every_place_gets_its_turn() -> None:
    places = {one.was for seed in range(400) if (one := masked(FUNCTION, Random(seed))) is not None}
    assert places == PLACES
    assert masked("def f():\n    pass\n", Random(1)) is None
    aside = "def f():\n    try:\n        a: list[int] = b\n    except (KeyError, OSError):\n        pass\n"
    found = [masked(aside, Random(seed)) for seed in range(40)]
    assert {one.was for one in found if one is not None} == {"b"}


def test_the_answer_is_put_in_its_place_and_all_else_stays() -> None:
    seed = next(n for n in range(99) if _was(n) == "bins[0] - item")
    model = Model("item - left")
    made = attempt(brief(), model, Random(seed))
    assert made.note == "wanted: bins[0] - item -> item - left"
    assert made.patch is not None
    after = apply(Tree({"packing.py": FUNCTION}), made.patch)["packing.py"]
    assert after == FUNCTION.replace("bins[0] - item", "(item - left)")
    ((prompt, rules, tokens),) = model.asked
    assert f"    left = {MASK}\n" in prompt
    assert '"helper"' in rules
    assert tokens == 40


def _was(seed: int) -> str:
    rng = Random(seed)
    rng.random()  # that chose the function
    place = masked(FUNCTION, rng)
    assert place is not None
    return place.was


@pytest.mark.parametrize("text", ["", "return 1", "left +", "a = 1"])
def test_what_is_no_expression_has_its_reason(text: str) -> None:
    made = attempt(brief(), Model(text), Random(3))
    assert made.patch is None
    assert made.reason.startswith("syntax: ")
    assert attempt(brief(), Model(text, cut_off=True), Random(3)).reason.startswith("answer cut off: syntax")


def test_without_a_place_nothing_is_asked() -> None:
    model = Model("")
    assert attempt(brief("LIMIT = 3\n"), model, Random(1)).reason == "no function may be changed as a whole"
    nothing = attempt(brief("def wanted():\n    pass\n"), model, Random(1))
    assert nothing.reason == "wanted has no expression to fill in"
    assert model.asked == []


def test_the_grammar_has_the_names_of_the_function_and_no_others() -> None:
    place = masked("def f(one, *, two):\n    return g(one) + two\n", Random(1))
    assert place is not None
    rules = grammar(place)
    assert 'name ::= "one" | "two"\n' in rules
    assert '"g"' in rules.split("function ::= ")[1].split("\n")[0]
