"""What comes of each provider's manners, streamed and whole, through the model as a run has it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from pygent.gateway.model_api import CUT_OFF, Completion, Request
from pygent.gateway.model_errors import Kind, ModelError
from pygent.gateway.models.circuit_breaker import CircuitBreakerModel
from pygent.gateway.models.connect import connect
from pygent.gateway.run_account import RunAccount
from pygent.prompts.message import Message, ToolSpec
from tests.support.servers.manners import CALLS, FINE, MANNERS, WINDOW, play
from tests.support.servers.model_server import ModelServer

TOOLS = tuple(ToolSpec(name, "Does it.", {"type": "object"}) for name in ("view", "search"))
ASK = Request(
    (Message("system", "You work."), Message("user", "Go.")), 16_384, 0.8, 3, TOOLS, {"type": "object"}
)
FREE = RunAccount(tokens=10**9)

LEFT_OUT = {
    "gpt5": "max_tokens temperature",
    "claude": "temperature",
    "kimi": "temperature",
    "claude-thinking": "temperature",
    "must-be-one": "temperature",
    "behind-a-router": "temperature",
    "refuses-inside": "temperature",
    "reasoner": "temperature seed",
    "xai": "seed",
    "refuses-in-a-string": "seed",
    "nameless": "seed",
    "strict": "seed stream_options response_format",
    "no-stream": "stream stream_options",
    "no-usage": "stream_options",
    "no-schema": "response_format",
    "no-json": "response_format",
    "no-limit": "max_tokens",
    "nameless-temperature": "seed stream_options response_format temperature",
    "routes-by-options": "seed stream_options response_format temperature",
    "gemma": "tools",
    "vllm-without-parser": "tools",
    "llama.cpp": "tools",
    "no-provider": "tools",
    "tools-inside": "tools",
    "routes-by-tools": "tools",
}
LOWERED = {"toobig": 2048, "haiku": 4096, "deepseek": 8192, "groq": 8192, "vague": 4096} | dict.fromkeys(
    ("vllm", "old-gpt", "claude-window"), WINDOW - 1000
)
TEXTS = (
    "magistral",
    "deepseek-r1",
    "openrouter",
    "thinks-in-text-parts",
    "gemini-thought",
    "cohere",
    "thinker",
)
TWICE = ("router", "overloaded", "limits-by-name", "busy", "number-as-text")
CALLING = (
    *("gemini", "ollama", "anonymous", "one-id", "pieces", "repeats", "repeats-at-one-index", "objects"),
    *("flat", "an-id-for-each-piece", "mingled", "notools"),
)
FAULTS = {
    "only-thinks": Kind.EMPTY,
    "flagged": Kind.REFUSED,
    "broke": Kind.QUOTA,
    "wrong-key": Kind.AUTH,
    "gone": Kind.NOT_FOUND,
    "gone-in-a-string": Kind.NOT_FOUND,
    "missing": Kind.NOT_FOUND,
    "raw-inside": Kind.CONTEXT_LENGTH,
}

pytestmark = pytest.mark.parametrize("streams", [True, False], ids=["streamed", "whole"])


@contextmanager
def model(manner: str, *, streams: bool) -> Iterator[tuple[CircuitBreakerModel, ModelServer]]:
    with ModelServer(otherwise=play, streams=streams) as server:
        made = connect(manner, FREE, environment=server.environment, timeout=10, sleep=lambda seconds: None)
        yield made, server
        made.close()


def answered(manner: str, request: Request = ASK, *, streams: bool) -> tuple[Completion, ModelServer]:
    with model(manner, streams=streams) as (made, server):
        return made.complete(request), server


@pytest.mark.parametrize("manner", LEFT_OUT)
def test_what_is_refused_is_left_out_from_then_on(manner: str, streams: bool) -> None:
    with model(manner, streams=streams) as (made, server):
        first = made.complete(ASK)
        learned = len(server.requests)
        assert (first.text, first.usage.calls) == (FINE, learned)
        assert made.complete(ASK).text == FINE
    assert len(server.requests) == learned + 1
    options = {"max_tokens", "temperature", "seed", "stream", "stream_options", "response_format", "tools"}
    sent = set(server.requests[-1].body)
    assert options - sent == set(LEFT_OUT[manner].split())
    assert ("max_completion_tokens" in sent) == (manner == "gpt5")


@pytest.mark.parametrize("manner", LOWERED)
def test_a_limit_that_is_too_large_is_lowered_to_what_is_allowed(manner: str, streams: bool) -> None:
    _, server = answered(manner, streams=streams)
    assert server.requests[-1].body["max_tokens"] == LOWERED[manner]
    assert len(server.requests) <= 3


@pytest.mark.parametrize("manner", TEXTS)
def test_an_answer_is_its_text_without_what_was_thought(manner: str, streams: bool) -> None:
    got, _ = answered(manner, streams=streams)
    assert (got.text, got.calls) == (FINE, ())
    assert (got.finish_reason == CUT_OFF) == (manner == "cohere")


@pytest.mark.parametrize("manner", CALLING)
def test_two_calls_are_two_calls(manner: str, streams: bool) -> None:
    got, _ = answered(manner, streams=streams)
    assert [(call.name, json.loads(call.arguments)) for call in got.calls] == CALLS
    assert len({call.id for call in got.calls}) == 2
    assert all(call.id for call in got.calls)


def test_a_call_in_the_form_before_tools_is_a_call(streams: bool) -> None:
    got, _ = answered("before-tools", streams=streams)
    assert [(call.name, json.loads(call.arguments)) for call in got.calls] == CALLS[:1]


@pytest.mark.parametrize("manner", TWICE)
def test_an_error_inside_an_answer_that_may_pass_is_asked_again(manner: str, streams: bool) -> None:
    got, server = answered(manner, streams=streams)
    assert (got.text, got.usage.calls, len(server.requests)) == (FINE, 2, 2)


@pytest.mark.parametrize("manner", FAULTS)
def test_what_will_not_pass_has_its_kind(manner: str, streams: bool) -> None:
    with model(manner, streams=streams) as (made, server), pytest.raises(ModelError) as caught:
        made.complete(ASK)
    assert caught.value.kind is FAULTS[manner]
    assert len(server.requests) == (5 if caught.value.kind.transient else 1)


def test_thinking_that_eats_the_answer_names_the_limit_and_ends_the_run_soon(streams: bool) -> None:
    request = Request(ASK.messages, 4096, 0.8)
    with model("thinker", streams=streams) as (made, server):
        kinds = []
        for _ in range(4):
            with pytest.raises(ModelError, match=r"4096.*--max-answer-tokens") as caught:
                made.complete(request)
            kinds.append(caught.value.kind)
    assert kinds == [*[Kind.CUT_OFF] * 3, Kind.BREAKER]
    assert len(server.requests) == 3


def test_thinking_that_eats_one_answer_of_a_conversation_does_not_end_it(streams: bool) -> None:
    begun = Request((*ASK.messages, Message("assistant", "Well."), Message("user", "Go on.")), 4096, 0.8)
    with model("thinker", streams=streams) as (made, _):
        assert made.complete(begun).finish_reason == CUT_OFF
        with pytest.raises(ModelError, match="--max-answer-tokens"):
            made.complete(begun)


def test_each_manner_is_tried(streams: bool) -> None:
    tried = {*LEFT_OUT, *LOWERED, *TEXTS, *TWICE, *CALLING, *FAULTS, "before-tools"}
    assert tried == set(MANNERS)
