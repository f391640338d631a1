"""An attempt keeps to its own limits, whatever the run has left, and passes none by more than one output."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pygent.archive.records import Usage
from pygent.gateway.attempt_budget import AttemptBudget
from pygent.gateway.model_api import Request
from pygent.gateway.model_errors import Kind, ModelError
from pygent.gateway.models.prices import Price
from pygent.gateway.models.scripted_model import ScriptedModel
from pygent.gateway.models.tokens import of_prompt
from pygent.gateway.run_account import Budgeted, RunAccount
from pygent.prompts.message import Message

ASK = Request((Message("user", "hello" * 20),), 50, 0)
PROMPT = of_prompt(ASK.messages)
PRICE = Price(input=1.0, output=10.0)


def spent_by(attempt: AttemptBudget, account: RunAccount) -> tuple[Usage, str]:
    """Ask until it refuses: what the run's account counts, and the refusal."""
    with pytest.raises(ModelError) as refusal:
        _ask_for_ever(attempt)
    error = refusal.value
    assert error.kind is Kind.ATTEMPT_BUDGET
    assert not error.kind.ends_run
    assert error.usage == Usage()
    return account.spent, str(error)


def _ask_for_ever(attempt: AttemptBudget) -> None:
    while True:
        attempt.complete(ASK)


def model(account: RunAccount) -> Budgeted:
    return Budgeted(ScriptedModel(lambda request: "word " * 100), account, PRICE)


@given(st.integers(1, 4000))
def test_tokens_are_passed_by_one_output_at_most(limit: int) -> None:
    account = RunAccount()
    spent, said = spent_by(AttemptBudget(model(account), tokens=limit), account)
    assert spent.tokens <= limit + ASK.max_tokens
    assert "budget of tokens" in said
    assert spent.tokens > limit - PROMPT


@given(st.floats(1e-5, 1e-2))
def test_dollars_are_passed_by_one_call_at_most(limit: float) -> None:
    account = RunAccount()
    spent, said = spent_by(AttemptBudget(model(account), dollars=limit), account)
    assert limit <= spent.dollars <= limit + PRICE.dollars(Usage(1, PROMPT, 0, ASK.max_tokens))
    assert "budget of dollars" in said


def test_calls_and_minutes_end_an_attempt_and_failed_calls_count() -> None:
    account, now = RunAccount(), [0.0]
    spent, said = spent_by(AttemptBudget(model(account), calls=3), account)
    assert (spent.calls, "budget of calls" in said) == (3, True)
    fault = ModelError(Kind.REFUSED, "no", usage=Usage(2))
    attempt = AttemptBudget(ScriptedModel([fault]), calls=2)
    with pytest.raises(ModelError, match="no"):
        attempt.complete(ASK)
    with pytest.raises(ModelError, match="budget of calls"):
        attempt.complete(ASK)
    timed = AttemptBudget(model(RunAccount()), minutes=2, clock=lambda: now[0])
    timed.complete(ASK)
    now[0] = 120
    with pytest.raises(ModelError, match="budget of minutes"):
        timed.complete(ASK)
