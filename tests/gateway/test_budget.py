"""A run's limits hold, also while calls are under way on many threads."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pygent.archive.records import Usage
from pygent.gateway.model_api import Completion, Request
from pygent.gateway.model_errors import Kind, ModelError
from pygent.gateway.models.prices import Price
from pygent.gateway.models.scripted_model import ScriptedModel
from pygent.gateway.models.tokens import of_prompt, of_text
from pygent.gateway.run_account import Budgeted, RunAccount
from pygent.prompts.message import Message

ASK = (Message("user", "hello" * 20),)
PROMPT = of_prompt(ASK)
PRICE = Price(input=1.0, output=10.0)


def speaker(text: str = "word " * 40) -> ScriptedModel:
    return ScriptedModel(lambda messages: text)


def spend_all(budget: RunAccount, max_tokens: int, price: Price | None = None, threads: int = 1) -> str:
    """Ask until the budget refuses; its words."""
    model = Budgeted(speaker(), budget, price)

    def work(_: int) -> str:
        while True:
            try:
                model.complete(Request(ASK, max_tokens, 0))
            except ModelError as error:
                return f"{error.kind}: {error}"

    with ThreadPoolExecutor(threads) as pool:
        return next(iter(set(pool.map(work, range(threads)))))


@settings(max_examples=60, deadline=None)
@given(st.integers(1, 5000), st.integers(1, 200), st.integers(1, 4))
def test_tokens_are_never_overshot_by_more_than_one_calls_output(
    limit: int, max_tokens: int, threads: int
) -> None:
    budget = RunAccount(tokens=limit)
    assert spend_all(budget, max_tokens, threads=threads).startswith("budget:")
    assert budget.spent.tokens <= limit + max_tokens
    assert budget.exhausted == "tokens"


@settings(max_examples=60, deadline=None)
@given(st.floats(1e-5, 1e-2), st.integers(1, 200), st.integers(1, 4))
def test_dollars_are_never_overshot_by_more_than_one_calls_output(
    limit: float, max_tokens: int, threads: int
) -> None:
    budget = RunAccount(dollars=limit)
    assert "budget of dollars" in spend_all(budget, max_tokens, PRICE, threads)
    assert budget.spent.dollars <= limit + PRICE.dollars(Usage(completion_tokens=max_tokens)) + 1e-12


@settings(max_examples=30, deadline=None)
@given(st.integers(1, 30), st.integers(0, 10), st.integers(1, 4))
def test_calls_are_made_as_often_as_allowed_and_never_once_more(
    limit: int, before: int, threads: int
) -> None:
    budget = RunAccount(calls=limit + before, spent=Usage(calls=before))
    assert "budget of calls" in spend_all(budget, 50, threads=threads)
    assert budget.spent.calls == limit + before
    assert budget.exhausted == "calls"


def test_the_whole_limit_is_used_where_calls_fit() -> None:
    one = PROMPT + of_text("word " * 40)
    budget = RunAccount(tokens=3 * one)
    spend_all(budget, max_tokens=1000)
    assert budget.spent == Usage(3, 3 * PROMPT, 0, 3 * (one - PROMPT), 0.0)


class Held:
    """A model that answers when it is told to."""

    name = "held"

    def __init__(self) -> None:
        self.asked, self.go = threading.Event(), threading.Event()

    def complete(self, request: Request) -> Completion:
        self.asked.set()
        assert self.go.wait(20)
        return Completion("x", Usage(1, PROMPT, 0, 1), "stop", self.name)

    def close(self) -> None:
        """Nothing is held."""


def test_a_call_that_fits_only_if_another_stays_small_waits_for_it() -> None:
    budget, held = RunAccount(tokens=3 * PROMPT), Held()
    with ThreadPoolExecutor(2) as pool:
        first = pool.submit(Budgeted(held, budget, None).complete, Request(ASK, 5 * PROMPT, 0))
        assert held.asked.wait(20)
        second = pool.submit(Budgeted(speaker("y"), budget, None).complete, Request(ASK, 9, 0))
        assert not second.done()
        assert budget.spent == Usage()
        held.go.set()
        assert [first.result(20).text, second.result(20).text] == ["x", "y"]


def test_what_a_failed_call_cost_is_counted_and_its_hold_is_let_go() -> None:
    budget = RunAccount(tokens=10 * PROMPT)
    paid = Usage(1, PROMPT, 0, 2)
    model = Budgeted(ScriptedModel([ModelError(Kind.REFUSED, "no", usage=paid), "yes"]), budget, PRICE)
    with pytest.raises(ModelError) as caught:
        model.complete(Request(ASK, 8 * PROMPT, 0))
    assert budget.spent.tokens == PROMPT + 2
    assert caught.value.usage.dollars == pytest.approx(PRICE.dollars(paid))
    assert model.complete(Request(ASK, 8 * PROMPT, 0)).text == "yes"


def test_no_limit_is_never_exhausted() -> None:
    budget = RunAccount()
    Budgeted(speaker(), budget, None).complete(Request(ASK, 10**9, 0))
    assert budget.exhausted == ""


def test_what_was_paid_before_a_resume_counts() -> None:
    assert RunAccount(tokens=100, spent=Usage(1, 60, 0, 40)).exhausted == "tokens"


def test_a_refused_call_is_not_made_and_costs_nothing() -> None:
    model = speaker()
    with pytest.raises(ModelError) as caught:
        Budgeted(model, RunAccount(tokens=1), None).complete(Request(ASK, 1, 0))
    assert model.asked == []
    assert caught.value.usage == Usage()
    assert caught.value.kind.ends_run
