"""Rarer manners of endpoints: refusals in other languages, and odd shapes of streams, calls and counts."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import pytest

from pygent.gateway.model_errors import Kind, ModelError
from pygent.gateway.models.circuit_breaker import CircuitBreakerModel
from pygent.gateway.models.connect import connect
from pygent.gateway.models.stream import StreamError, assembled
from tests.gateway.test_manners import ASK, FREE
from tests.support.servers.manners import CALLS, FINE, answer, at_most, calling, having, refusing, second_time
from tests.support.servers.model_server import KEY, ModelServer, Request, Script, Step, status

FIRST, SECOND = (json.dumps(arguments) for _, arguments in CALLS)
COUNTS = {"prompt_tokens": 7, "completion_tokens": 8}


def event(delta: Mapping[str, Any], finish: str | None = None, **more: Any) -> bytes:
    chunk = {"choices": [{"index": 0, "delta": delta, "finish_reason": finish}], **more}
    return json.dumps(chunk).encode()


def said(*, whole: dict[str, Any] | None = None, **last: Any) -> Step:
    """A fine answer; `whole` is beside it where it is not streamed, `last` in the last chunk where it is."""
    choice = {"message": {"content": FINE}, "finish_reason": "stop"}
    body = json.dumps({"choices": [choice], **(last if whole is None else whole)}).encode()
    return Step(body=body, events=(event({"content": FINE}), event({}, "stop", **last), b"[DONE]"))


def named(place: int, **more: Any) -> dict[str, Any]:
    return {"index": place, "id": f"c{place}", "function": {"name": CALLS[place][0], **more}}


LEFT_OUT: dict[str, tuple[str, Step]] = {
    "chinese": ("temperature", status(400, "\u8be5\u6a21\u578b\u4e0d\u652f\u6301 temperature \u53c2\u6570")),
    "french": ("seed", status(400, "Le param\u00e8tre seed n'est pas pris en charge")),
    "tools-in-chinese": ("tools", status(400, "\u8be5\u6a21\u578b\u4e0d\u652f\u6301 tools \u53c2\u6570")),
    "text": ("temperature", Step(400, b"temperature not supported", {"content-type": "text/plain"})),
    "page": ("seed", Step(400, b"<html><h1>400 Bad Request</h1></html>", {"content-type": "text/html"})),
    "pair": (
        "response_format",
        status(400, "Function calling with a response mime type: 'application/json' is unsupported"),
    ),
}
LOWERED: dict[str, Script] = {
    "bedrock": at_most(
        4096, "The maximum tokens you requested exceeds the model limit of 4096. Try a lower value."
    ),
    "chinese": at_most(4096, "max_tokens \u53c2\u6570\u8d85\u8fc7\u6700\u5927\u503c 4096"),
}
CALLING = {
    "name-after-arguments": calling(
        {"index": 0, "id": "c0", "function": {"arguments": FIRST}},
        {"index": 0, "function": {"name": "view"}},
        {"index": 1, "id": "c1", "function": {"arguments": SECOND}},
        {"index": 1, "function": {"name": "search"}},
    ),
    "empty-object-first": calling(
        named(0, arguments={}),
        {"index": 0, "function": {"arguments": FIRST}},
        named(1, arguments={}),
        {"index": 1, "function": {"arguments": SECOND}},
    ),
    "parameters": calling(
        *(pair := [named(place, parameters=arguments) for place, (_, arguments) in enumerate(CALLS)]),
        listed=pair,
    ),
    "index-as-text": calling(
        {**named(0, arguments=""), "index": "0"},
        {"index": "0", "function": {"arguments": FIRST}},
        {**named(1, arguments=""), "index": "1"},
        {"index": "1", "function": {"arguments": SECOND}},
    ),
    "id-last": calling(
        {"index": 0, "function": {"name": "view", "arguments": FIRST}},
        {"index": 0, "id": "c0"},
        {"index": 1, "function": {"name": "search", "arguments": SECOND}},
        {"index": 1, "id": "c1"},
    ),
}
COUNTING = {
    "text": said(usage={"prompt_tokens": "7", "completion_tokens": "8"}),
    "floats": said(usage={"prompt_tokens": 7.0, "completion_tokens": 8.0}),
    "groq": said(whole={"usage": COUNTS}, x_groq={"usage": COUNTS}),
}
BROKEN = {
    "reason": Step(
        body=json.dumps({"choices": [{"message": {"content": "fi"}, "finish_reason": "error"}]}).encode(),
        events=(event({"content": "fi"}), event({}, "error"), b"[DONE]"),
    ),
    "chunk": Step(
        body=b'{"error": {"code": 502, "message": "boom"}}',
        events=(event({"content": "fi"}), b'{"error": {"code": 502, "message": "boom"}}'),
    ),
}
both_ways = pytest.mark.parametrize("streams", [True, False], ids=["streamed", "whole"])


@contextmanager
def model(manner: Step | Script, *, streams: bool) -> Iterator[tuple[CircuitBreakerModel, ModelServer]]:
    def play(request: Request) -> Step:
        return manner(request) if callable(manner) else manner

    with ModelServer(otherwise=play, streams=streams) as server:
        made = connect("m", FREE, environment=server.environment, timeout=10, sleep=lambda seconds: None)
        yield made, server
        made.close()


@both_ways
@pytest.mark.parametrize("manner", LEFT_OUT)
def test_an_option_that_is_refused_in_other_words_is_left_out(manner: str, streams: bool) -> None:
    option, refusal = LEFT_OUT[manner]
    with model(refusing(having(option), refusal), streams=streams) as (made, server):
        assert made.complete(ASK).text == FINE
        assert len(server.requests) == 2
        assert option not in server.requests[-1].body


@both_ways
@pytest.mark.parametrize("manner", LOWERED)
def test_a_limit_that_is_named_in_other_words_is_heeded(manner: str, streams: bool) -> None:
    with model(LOWERED[manner], streams=streams) as (made, server):
        assert made.complete(ASK).text == FINE
        assert [request.body["max_tokens"] for request in server.requests] == [ASK.max_tokens, 4096]


@both_ways
@pytest.mark.parametrize("manner", CALLING)
def test_calls_in_odd_pieces_are_two_calls(manner: str, streams: bool) -> None:
    with model(CALLING[manner], streams=streams) as (made, _):
        got = made.complete(ASK)
    assert [(call.name, json.loads(call.arguments)) for call in got.calls] == CALLS


@both_ways
def test_one_call_that_is_no_list_is_a_call(streams: bool) -> None:
    one = {"id": "c0", "function": {"name": "view", "arguments": FIRST}}
    with model(answer({"content": None, "tool_calls": one}, {"tool_calls": one}), streams=streams) as (
        made,
        _,
    ):
        assert [(call.id, call.name) for call in made.complete(ASK).calls] == [("c0", "view")]


@both_ways
@pytest.mark.parametrize("manner", COUNTING)
def test_counts_in_odd_forms_are_counted(manner: str, streams: bool) -> None:
    with model(COUNTING[manner], streams=streams) as (made, _):
        usage = made.complete(ASK).usage
    assert (usage.prompt_tokens, usage.completion_tokens) == (7, 8)


@both_ways
@pytest.mark.parametrize("manner", BROKEN)
def test_an_answer_that_breaks_off_is_asked_again_and_what_came_of_it_is_paid(
    manner: str, streams: bool
) -> None:
    with model(second_time(BROKEN[manner]), streams=streams) as (made, server):
        got = made.complete(ASK)
        again = made.complete(ASK)
    assert (got.text, again.text, len(server.requests)) == (FINE, FINE, 4)
    assert (got.usage.prompt_tokens > 7) == (streams or manner == "reason")


@both_ways
def test_no_refusal_makes_it_ask_for_ever_and_none_shows_the_key(streams: bool) -> None:
    for text in ("bad", "max_tokens is too large", "temperature is not supported", f"bad header {KEY}"):
        with model(status(400, text), streams=streams) as (made, server):
            with pytest.raises(ModelError) as caught:
                made.complete(ASK)
            assert (caught.value.kind, KEY in str(caught.value)) == (Kind.REQUEST, False)
            learned = len(server.requests)
            assert learned <= 12
            with pytest.raises(ModelError):
                made.complete(ASK)
            assert len(server.requests) == learned + 1


def test_events_in_every_form_of_the_standard_are_read() -> None:
    first, last = event({"content": FINE}).decode(), event({}, "stop").decode()
    halves = first[:20].rpartition(" ")
    for lines in (
        [f"data:{first}", "", f"data:{last}", "", "data:[DONE]"],
        [": keep-alive", "", "event: message", "id: 1", f"data: {first}", "", ": ping", f"data: {last}", ""],
        [f"data: {halves[0]}", f"data: {first[len(halves[0]) :]}", "", f"data: {last}", ""],
        [f"data: {first}", f"data: {last}", "data: [DONE]"],
    ):
        assert assembled(lines)["choices"][0]["message"]["content"] == FINE
    with pytest.raises(StreamError, match="not JSON"):
        assembled(["data: {", "", f"data: {last}", ""])
