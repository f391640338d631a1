"""The assembled model: environment in, one clear line out where it cannot work."""

from __future__ import annotations

import pytest

from pygent.gateway.model_api import Request
from pygent.gateway.model_errors import Kind, ModelError
from pygent.gateway.models.connect import connect
from pygent.gateway.models.prices import Price, PriceUnknownError
from pygent.gateway.run_account import RunAccount
from pygent.prompts.message import Message
from tests.support.servers.model_server import ModelServer, say, status

ASK = (Message("user", "hello"),)
FREE = {"m": Price(input=0, output=0)}


def test_faults_are_retried_and_every_call_is_counted_in_the_budget() -> None:
    budget, waits = RunAccount(tokens=10_000), list[float]()
    with ModelServer([status(429, retry_after="3"), status(529), say("hi")]) as server:
        model = connect("m", budget, environment=server.environment, timeout=10, sleep=waits.append)
        answer = model.complete(Request(ASK, 50, 0.2))
        model.close()
    assert answer.text == "hi"
    assert answer.usage == budget.spent
    assert budget.spent.calls == 3
    assert waits[0] >= 3
    assert len(server.requests) == 3


def test_a_wrong_key_ends_the_run_at_the_first_call() -> None:
    with ModelServer(otherwise=say("hi")) as server:
        environment = {**server.environment, "OPENAI_API_KEY": "sk-not-the-right-one"}
        model = connect("m", RunAccount(), FREE, environment=environment, sleep=lambda seconds: None)
        with pytest.raises(ModelError) as caught:
            model.complete(Request(ASK, 50, 0.2))
        model.close()
    assert caught.value.kind is Kind.AUTH
    assert len(server.requests) == 1


@pytest.mark.parametrize("environment", [{}, {"OPENAI_API_KEY": " "}])
def test_without_key_and_address_the_error_names_both(environment: dict[str, str]) -> None:
    with pytest.raises(ModelError, match=r"OPENAI_API_KEY.*OPENAI_BASE_URL") as caught:
        connect("m", RunAccount(), FREE, environment=environment)
    assert caught.value.kind.ends_run


def test_a_server_that_needs_no_key_gets_by_without() -> None:
    with ModelServer(otherwise=say("hi")) as server:
        server.key = "none"
        model = connect("m", RunAccount(), FREE, environment={"OPENAI_BASE_URL": server.base_url})
        assert model.complete(Request(ASK, 50, 0.2)).text == "hi"
        model.close()


def test_an_unknown_price_is_told_before_anything_is_sent() -> None:
    with ModelServer() as server:
        with pytest.raises(PriceUnknownError):
            connect("m", RunAccount(dollars=1.0), environment=server.environment)
        assert server.requests == []
