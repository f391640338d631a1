"""The assembled model: environment in, one clear line out where it cannot work."""

from __future__ import annotations

from contextlib import nullcontext

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


@pytest.mark.parametrize(
    ("name", "address", "is_nearby"),
    [
        ("m", "http://localhost:8080/v1", True),
        ("m", "http://127.0.0.1:8080/v1", True),
        ("m", "http://[::1]:8080/v1", True),
        ("m", "http://192.168.1.7:11434/v1", True),
        ("m", "http://ollama:11434/v1", True),
        ("m", "http://gpu.lan/v1", True),
        ("m", "http://host.docker.internal:8080/v1", True),
        ("ollama/m", "", True),
        ("m", "https://api.example.org/v1", False),
        ("m", "https://8.8.8.8/v1", False),
        ("mistral/m", "", False),
    ],
)
def test_a_model_nearby_needs_any_budget_and_another_one_in_tokens(
    name: str, address: str, is_nearby: bool
) -> None:
    environment = {"OPENAI_BASE_URL": address, "MISTRAL_API_KEY": "k" * 9}
    with nullcontext() if is_nearby else pytest.raises(PriceUnknownError, match="in tokens"):
        connect(name, RunAccount(is_limited=True), environment=environment).close()
    with pytest.raises(PriceUnknownError):
        connect(name, RunAccount(), environment=environment)


@pytest.mark.parametrize("name", ["antropic/claude", "mine/m", "OpenAI/gpt-4.1"])
def test_a_provider_that_nobody_knows_is_told_with_those_that_are_known(name: str) -> None:
    with pytest.raises(ModelError, match=r"no provider is named.*anthropic.*OPENAI_BASE_URL"):
        connect(name, RunAccount(tokens=9), environment={"OPENAI_API_KEY": "k" * 9})
