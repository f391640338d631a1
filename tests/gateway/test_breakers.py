"""Breakers open, wait, let one call probe, and close; a run that goes wrong as a whole is ended."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pygent.archive.records import Usage
from pygent.gateway.model_api import Model, Request
from pygent.gateway.model_errors import Kind, ModelError
from pygent.gateway.models.circuit_breaker import Breaker, CircuitBreakerModel, RunBreaker
from pygent.gateway.models.scripted_model import ScriptedModel
from pygent.gateway.models.weighted_router import WeightedRouter
from pygent.prompts.message import Message

ASK = Request((Message("user", "?"),), 100, 0)


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.now += seconds


def down(text: str = "down") -> ModelError:
    return ModelError(Kind.SERVER, text, usage=Usage(1))


def test_it_opens_after_failures_in_a_row_and_probes_with_one_call() -> None:
    clock = Clock()
    breaker = Breaker("m", failures=3, cool_down=10, clock=clock)
    for _ in range(3):
        assert breaker.admit()
        breaker.failed("down")
    assert (breaker.admit(), breaker.snapshot()["state"]) == (False, "open")
    clock.now = 10
    assert [breaker.admit(), breaker.admit()] == [True, False]
    assert breaker.snapshot()["state"] == "half_open"
    breaker.failed("still down")
    clock.now = 25
    assert not breaker.admit()  # the pause has doubled
    clock.now = 30
    assert breaker.admit()
    breaker.succeeded()
    assert (breaker.snapshot()["state"], breaker.open_for) == ("closed", None)


@given(st.lists(st.booleans(), max_size=60))
def test_fewer_failures_in_a_row_than_its_limit_never_open_it(outcomes: list[bool]) -> None:
    breaker, row = Breaker("m", failures=4, clock=Clock()), 0
    for good in outcomes:
        row = 0 if good else row + 1
        if row == 4:
            return
        assert breaker.admit()
        breaker.succeeded() if good else breaker.failed("x")
        assert breaker.snapshot()["state"] == "closed"


def test_a_model_that_comes_back_is_waited_for() -> None:
    clock = Clock()
    breaker = Breaker("m", failures=2, cool_down=5, clock=clock)
    model = CircuitBreakerModel(
        ScriptedModel([down(), down(), "back"]), breaker, minutes=10, sleep=clock.sleep
    )
    for _ in range(2):
        with pytest.raises(ModelError):
            model.complete(ASK)
    assert model.complete(ASK).text == "back"
    assert 5 <= clock.now < 6


def test_one_that_stays_away_ends_the_run_and_a_run_that_ends_does_not_wait() -> None:
    clock = Clock()
    model = CircuitBreakerModel(
        ScriptedModel([down("no capacity")] * 99),
        Breaker("m", failures=1, clock=clock),
        minutes=5,
        sleep=clock.sleep,
    )
    kinds = []
    while not kinds or kinds[-1] is Kind.SERVER:
        with pytest.raises(ModelError, match="no capacity") as caught:
            model.complete(ASK)
        kinds.append(caught.value.kind)
    assert (kinds[-1], kinds[-1].ends_run) == (Kind.BREAKER, True)
    assert "has failed for" in str(caught.value)
    assert 300 <= clock.now < 600
    before = clock.now
    hurried = CircuitBreakerModel(
        ScriptedModel([]), model.breaker, minutes=99, ended=lambda: "stop", sleep=clock.sleep
    )
    with pytest.raises(ModelError):
        hurried.complete(ASK)
    assert clock.now == before


def test_a_refusal_is_an_answer_and_opens_nothing() -> None:
    breaker = Breaker("m", failures=1, clock=Clock())
    model = CircuitBreakerModel(
        ScriptedModel([ModelError(Kind.REFUSED, "no", usage=Usage(1))]), breaker, minutes=1
    )
    with pytest.raises(ModelError):
        model.complete(ASK)
    assert breaker.snapshot()["state"] == "closed"


THOUGHT = "<think>" + "hm " * 500  # longer than an answer may be


def thinking(*script: str, name: str = "m") -> CircuitBreakerModel:
    return CircuitBreakerModel(ScriptedModel(script, name), Breaker(name), minutes=1)


def kinds(model: Model, times: int) -> list[str]:
    """What each call comes to: the answer's text, or the kind of its fault."""
    found = []
    for seed in range(times):
        try:
            found.append(model.complete(replace(ASK, seed=seed)).text)
        except ModelError as error:
            found.append(error.kind.value)
    return found


def test_answers_that_are_all_thinking_end_the_run_after_three_in_a_row() -> None:
    model = thinking(*[THOUGHT] * 9)
    assert kinds(model, 5) == ["cut_off", "cut_off", "cut_off", "breaker", "breaker"]
    assert model.breaker.snapshot()["state"] == "open"
    assert "--max-answer-tokens" in model.breaker.snapshot()["reason"]


def test_an_answer_in_between_begins_the_count_anew() -> None:
    assert kinds(thinking(*[THOUGHT, THOUGHT, "yes"] * 2), 6) == ["cut_off", "cut_off", "yes"] * 2


def test_a_call_that_was_under_way_does_not_close_a_breaker_that_has_given_up() -> None:
    breaker = Breaker("m")
    for _ in range(3):
        breaker.wasted("all thinking")
    breaker.succeeded()
    breaker.failed("down")
    assert (breaker.given_up, breaker.admit()) == ("all thinking", False)


def test_the_others_go_on_without_a_model_that_only_thinks() -> None:
    good, bad = thinking(*["yes"] * 40, name="good"), thinking(*[THOUGHT] * 40, name="bad")
    found = kinds(WeightedRouter([good, bad], {"good": 1, "bad": 1}), 40)
    assert found.count("cut_off") == 3
    assert set(found) == {"yes", "cut_off"}


def test_the_runs_breaker_trips_on_failures_violations_and_spend() -> None:
    failing, breaking, spending = (
        RunBreaker(window=10),
        RunBreaker(window=10),
        RunBreaker(dollars_per_hour=1.0),
    )
    for number in range(9):
        failing.note_attempt(failed=True, violation=False)
        breaking.note_attempt(failed=False, violation=number % 2 == 0)
    assert (failing.tripped, breaking.tripped) == ("", "")
    failing.note_attempt(failed=True, violation=False)
    breaking.note_attempt(failed=False, violation=True)
    assert "10 of the last 10 attempts" in failing.tripped
    assert "6 of the last 10 variants" in breaking.tripped
    spending.note_spend(0.5, 30)
    assert spending.tripped == ""
    spending.note_spend(0.5, 600)
    assert "$3.00 an hour" in spending.tripped
