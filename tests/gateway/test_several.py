"""Several models: the seed chooses, by weight, and one that is down is passed over."""

from __future__ import annotations

from collections import Counter

import pytest

from pygent.gateway.model_api import Request
from pygent.gateway.models.circuit_breaker import Breaker, CircuitBreakerModel
from pygent.gateway.models.scripted_model import ScriptedModel
from pygent.gateway.models.weighted_router import ModelListError, WeightedRouter, parse
from pygent.prompts.message import Message

ASK = (Message("user", "?"),)


def several(**weights: float) -> tuple[WeightedRouter, dict[str, Breaker]]:
    breakers = {name: Breaker(name, failures=1) for name in weights}
    models = [
        CircuitBreakerModel(ScriptedModel(lambda request, name=name: name, name), breakers[name], minutes=1)
        for name in weights
    ]
    return WeightedRouter(models, weights), breakers


def test_the_same_seed_has_the_same_model_and_weights_are_kept() -> None:
    model, _ = several(a=3, b=1)
    answers = [model.complete(Request(ASK, 9, 0, seed)).text for seed in range(400)]
    assert answers == [model.complete(Request(ASK, 9, 0, seed)).text for seed in range(400)]
    assert 240 < Counter(answers)["a"] < 360


def test_a_model_that_is_down_is_passed_over_and_the_others_choices_stay() -> None:
    model, breakers = several(a=1, b=1, c=1)
    before = [model.complete(Request(ASK, 9, 0, seed)).text for seed in range(60)]
    breakers["b"].failed("down")
    after = [model.complete(Request(ASK, 9, 0, seed)).text for seed in range(60)]
    assert "b" not in after
    assert all(one == other for one, other in zip(before, after, strict=True) if one != "b")


def test_names_and_weights_are_read() -> None:
    assert parse("gpt-4.1-mini") == {"gpt-4.1-mini": 1.0}
    assert parse("a=3, anthropic/b=0.5,c") == {"a": 3.0, "anthropic/b": 0.5, "c": 1.0}


@pytest.mark.parametrize("text", ["", "a,a", "a=x", "a=0", "a=-1", "a,,b", "=2", "a=inf"])
def test_what_cannot_be_read_is_refused(text: str) -> None:
    with pytest.raises(ModelListError):
        parse(text)
