"""Transient faults are asked again: bounded, later and later, and at no hidden cost."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pygent.archive.records import Usage
from pygent.gateway.model_api import Request
from pygent.gateway.model_errors import Kind, ModelError
from pygent.gateway.models.retrying_model import Policy, Retrying
from pygent.gateway.models.scripted_model import ScriptedModel
from pygent.gateway.run_account import Budgeted, RunAccount
from pygent.prompts.message import Message

ASK = (Message("user", "hello"),)
PAID = Usage(1, 10, 0, 3)


def failing(kind: Kind, times: int, retry_after: float | None = None) -> ScriptedModel:
    faults = [ModelError(kind, "planned", usage=PAID, retry_after=retry_after) for _ in range(times)]
    return ScriptedModel([*faults, "done"])


def ask(
    model: ScriptedModel, *, chance: float = 0.0, policy: Policy | None = None
) -> tuple[str, list[float]]:
    """The answer, or the fault's kind, and the waits in seconds."""
    waits: list[float] = []
    retrying = Retrying(model, policy, sleep=waits.append, chance=lambda: chance)
    try:
        return retrying.complete(Request(ASK, 9, 0)).text, waits
    except ModelError as error:
        return error.kind, waits


@pytest.mark.parametrize("kind", [kind for kind in Kind if kind.transient])
def test_a_transient_fault_is_asked_again(kind: Kind) -> None:
    assert ask(failing(kind, 2)) == ("done", [1.0, 2.0])


@pytest.mark.parametrize("kind", [kind for kind in Kind if not kind.transient])
def test_any_other_fault_is_not(kind: Kind) -> None:
    assert ask(failing(kind, 1)) == (kind, [])


def test_tries_are_bounded() -> None:
    model = failing(Kind.SERVER, 9)
    assert ask(model) == (Kind.SERVER, [1.0, 2.0, 4.0, 8.0])
    assert len(model.asked) == 5


def test_the_server_is_not_asked_before_the_time_that_it_gave() -> None:
    assert ask(failing(Kind.RATE_LIMIT, 1, retry_after=7.0)) == ("done", [7.0])
    assert ask(failing(Kind.RATE_LIMIT, 1, retry_after=7.0), chance=0.99)[1][0] > 7.0


def test_a_server_that_asks_for_too_much_patience_is_given_up() -> None:
    assert ask(failing(Kind.RATE_LIMIT, 1, retry_after=3600.0)) == (Kind.RATE_LIMIT, [])


@given(st.integers(1, 50), st.floats(0, 1, exclude_max=True))
def test_waits_are_spread_and_bounded(tried: int, chance: float) -> None:
    wait = Policy(tries=100).wait(tried, None, chance)
    assert wait is not None
    assert 0.5 <= wait <= 30.0


def test_what_failed_tries_cost_is_in_the_answer() -> None:
    retrying = Retrying(failing(Kind.MALFORMED, 2), sleep=lambda seconds: None)
    answer = retrying.complete(Request(ASK, 9, 0))
    assert (answer.usage.calls, answer.usage.completion_tokens) == (3, 3 + 3 + 2)


def test_what_all_tries_cost_is_in_the_last_error_and_in_the_budget_once() -> None:
    budget = RunAccount()
    retrying = Retrying(Budgeted(failing(Kind.EMPTY, 9), budget, None), sleep=lambda seconds: None)
    with pytest.raises(ModelError) as caught:
        retrying.complete(Request(ASK, 9, 0))
    assert caught.value.usage == budget.spent == Usage(5, 50, 0, 15)


def test_a_stop_during_a_wait_gives_up() -> None:
    model = failing(Kind.SERVER, 9)
    with pytest.raises(ModelError):
        Retrying(model, sleep=lambda seconds: True).complete(Request(ASK, 9, 0))
    assert len(model.asked) == 1
