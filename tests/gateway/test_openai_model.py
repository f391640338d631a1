"""Every fault of an endpoint has a defined outcome; keys stay out of messages."""

from __future__ import annotations

import json
import time
from dataclasses import replace
from email.utils import formatdate

import pytest

from pygent.gateway import model_api
from pygent.gateway.model_api import CUT_OFF, Completion
from pygent.gateway.model_errors import Kind, ModelError
from pygent.gateway.models.endpoint_options import ToolsUnsupportedError
from pygent.gateway.models.openai_model import OpenAIModel
from pygent.prompts.message import Message, ToolCall, ToolSpec
from tests.support.servers.model_server import (
    KEY,
    ModelServer,
    Request,
    Script,
    Step,
    cut,
    cut_stream,
    hang,
    raw,
    refuse_connection,
    say,
    status,
)

ASK = (Message("user", "hello, how are you today?"),)


def ask(*script: Step | Script, timeout: float = 10.0, key: str = KEY, max_tokens: int = 50) -> Completion:
    with ModelServer(script) as server:
        model = OpenAIModel("m", key, server.base_url, timeout)
        try:
            return model.complete(model_api.Request(ASK, max_tokens, 0.5, 3))
        finally:
            model.close()


def fault(*script: Step | Script, timeout: float = 10.0, key: str = KEY) -> ModelError:
    with pytest.raises(ModelError) as caught:
        ask(*script, timeout=timeout, key=key)
    assert "\n" not in str(caught.value)
    assert str(caught.value).isprintable()
    return caught.value


@pytest.mark.parametrize(
    ("step", "kind"),
    [
        (status(401), Kind.AUTH),
        (status(402), Kind.QUOTA),
        (status(403), Kind.AUTH),
        (status(404), Kind.NOT_FOUND),
        (status(405), Kind.NOT_FOUND),
        (status(413), Kind.CONTEXT_LENGTH),
        (status(429), Kind.RATE_LIMIT),
        (status(429, code="insufficient_quota"), Kind.QUOTA),
        (status(500), Kind.SERVER),
        (status(503), Kind.SERVER),
        (status(529), Kind.SERVER),
        (status(400, "something else"), Kind.REQUEST),
        (status(400, code="context_length_exceeded"), Kind.CONTEXT_LENGTH),
        (status(400, "This model's maximum context length is 8192 tokens"), Kind.CONTEXT_LENGTH),
        (status(400, "prompt is too long: 9 > 8"), Kind.CONTEXT_LENGTH),
        (status(400, code="content_policy_violation"), Kind.REFUSED),
        (status(400, code="model_not_found"), Kind.NOT_FOUND),
        (status(400, "Your credit balance is too low to access the API"), Kind.QUOTA),
        (Step(400, b'[{"error": {"code": 400, "message": "API key not valid."}}]'), Kind.AUTH),
        (status(403, "Your input was flagged"), Kind.REFUSED),
        (Step(502, b"<html>Bad gateway</html>"), Kind.SERVER),
        (Step(401, b""), Kind.AUTH),
        (raw(b""), Kind.MALFORMED),
        (raw(b"garbage \x1b[31m \xff"), Kind.MALFORMED),
        (raw(b'{"choices": [{"message": {"content": "ha'), Kind.MALFORMED),
        (raw(b"[" * 100_000), Kind.MALFORMED),
        (raw(b"[]"), Kind.MALFORMED),
        (raw(b"{}"), Kind.MALFORMED),
        (raw(b'{"choices": []}'), Kind.MALFORMED),
        (raw(b'{"choices": [null]}'), Kind.MALFORMED),
        (raw(b'{"choices": [{"message": "hi"}]}'), Kind.MALFORMED),
        (raw(b'{"choices": [{"message": {"content": 3}}]}'), Kind.MALFORMED),
        (raw(b'{"error": {"code": 429, "message": "upstream"}}'), Kind.RATE_LIMIT),
        (raw(b'{"error": {"message": "upstream"}}'), Kind.SERVER),
        (cut(), Kind.CONNECTION),
        (refuse_connection(), Kind.CONNECTION),
        (say(""), Kind.EMPTY),
        (say("no", finish_reason="content_filter"), Kind.REFUSED),
        (say("", refusal="I will not"), Kind.REFUSED),
    ],
)
def test_each_fault_has_its_kind(step: Step | Script, kind: Kind) -> None:
    assert fault(step).kind is kind


def test_a_server_that_never_answers_is_a_timeout_that_may_have_cost_its_prompt() -> None:
    error = fault(hang(), timeout=0.2)
    assert error.kind is Kind.TIMEOUT
    assert error.usage.prompt_tokens > 0


def test_nobody_listening_is_a_connection_fault() -> None:
    with ModelServer() as server:
        gone = server.base_url
    with pytest.raises(ModelError) as caught:
        OpenAIModel("m", KEY, gone, 5).complete(model_api.Request(ASK, 5, 0))
    assert caught.value.kind is Kind.CONNECTION
    assert "127.0.0.1" in str(caught.value)


def test_only_hopeless_faults_end_the_run_and_none_is_both() -> None:
    assert {kind for kind in Kind if kind.ends_run} == {
        Kind.AUTH, Kind.NOT_FOUND, Kind.QUOTA, Kind.BUDGET, Kind.BREAKER
    }  # fmt: skip
    assert not any(kind.ends_run and kind.transient for kind in Kind)


@pytest.mark.parametrize(
    ("value", "low", "high"),
    [
        ("7", 7, 7),
        ("0", 0, 0),
        ("1.5", 1.5, 1.5),
        ("-3", 0, 0),
        ("a date", 30, 60),
    ],
)
def test_retry_after_is_read_as_seconds_or_as_a_date(value: str, low: float, high: float) -> None:
    if value == "a date":
        value = formatdate(time.time() + 60, usegmt=True)
    waited = fault(status(429, retry_after=value)).retry_after
    assert waited is not None
    assert low <= waited <= high


@pytest.mark.parametrize("value", ["soon", "nan", "inf", ""])
def test_a_senseless_retry_after_is_none(value: str) -> None:
    assert fault(status(429, retry_after=value)).retry_after is None


def test_the_key_is_sent_and_never_shown() -> None:
    error = fault(status(403, f"key {KEY} is not allowed here"))
    assert KEY not in str(error)
    assert "[key]" in str(error)
    echo = raw(f"Authorization: Bearer {KEY}".encode())
    assert KEY not in str(fault(echo))
    assert fault(say("hi"), key="sk-another-key-123").kind is Kind.AUTH


def test_an_error_says_what_to_do() -> None:
    assert "OPENAI_API_KEY" in str(fault(status(401)))
    assert "--model" in str(fault(status(404)))


def test_hostile_error_text_is_made_visible_and_short() -> None:
    text = str(fault(status(500, "\x1b]0;owned\x07\n" + "A" * 5000 + "\u202e")))
    assert len(text) < 400


def test_cached_tokens_are_counted_as_part_of_the_prompt() -> None:
    openai = {"prompt_tokens": 90, "completion_tokens": 5, "prompt_tokens_details": {"cached_tokens": 64}}
    answer = ask(say("hi", usage=openai))
    assert (answer.usage.prompt_tokens, answer.usage.cached_tokens, answer.usage.completion_tokens) == (
        90,
        64,
        5,
    )
    deepseek = {"prompt_tokens": 90, "completion_tokens": 5, "prompt_cache_hit_tokens": 64}
    assert ask(say("hi", usage=deepseek)).usage.cached_tokens == 64


@pytest.mark.parametrize(
    "usage", [{}, {"prompt_tokens": None}, {"prompt_tokens": -4, "completion_tokens": "9"}]
)
def test_usage_that_is_missing_or_senseless_is_guessed_never_zero(usage: dict[str, object]) -> None:
    answer = ask(say("hello there", usage=usage))
    assert answer.usage.prompt_tokens > 0
    assert answer.usage.completion_tokens > 0


def test_an_answer_that_thinking_used_up_is_cut_off_not_empty() -> None:
    answer = ask(say("", finish_reason="length"))
    assert (answer.text, answer.finish_reason) == ("", CUT_OFF)


def test_content_in_parts_is_joined_and_lone_surrogates_are_replaced() -> None:
    parts = [
        {"type": "text", "text": "a"},
        {"type": "thinking", "thinking": "no"},
        {"type": "text", "text": "b"},
    ]
    assert ask(say("", content=parts)).text == "ab"
    body = json.dumps({"choices": [{"message": {"content": "x\ud800y\U0001f600"}}]}).encode()
    assert ask(raw(body)).text == "x\ufffdy\U0001f600"


def picky(*refused: str) -> Script:
    """An endpoint that, like some models, does not take every option."""

    def step(request: Request) -> Step:
        for option in refused:
            if option in request.body:
                return status(
                    400, f"Unsupported parameter: '{option}'", param=option, code="unsupported_parameter"
                )
        return say("fine")(request)

    return step


def test_an_option_that_the_model_does_not_take_is_left_out_from_then_on() -> None:
    with ModelServer(otherwise=picky("max_tokens", "temperature", "seed")) as server:
        model = OpenAIModel("m", server.key, server.base_url, 10)
        for _ in range(2):
            assert model.complete(model_api.Request(ASK, 50, 0.5, 3)).text == "fine"
        model.close()
    assert len(server.requests) == 5
    assert server.requests[-1].body["max_completion_tokens"] == 50
    assert "temperature" not in server.requests[-1].body


def test_an_option_that_is_refused_again_is_an_error_not_a_loop() -> None:
    refusal = status(400, "unknown field: seed")
    with ModelServer(otherwise=refusal) as server:
        model = OpenAIModel("m", server.key, server.base_url, 10)
        with pytest.raises(ModelError) as caught:
            model.complete(model_api.Request(ASK, 50, 0.5, 3))
        model.close()
    assert caught.value.kind is Kind.REQUEST
    assert len(server.requests) == 2


@pytest.mark.parametrize(
    "address", ["localhost:8080", "ftp://a/b", "http://", "http://a:port/v1", "http://[::1"]
)
def test_a_base_url_that_is_none_is_told_before_anything_is_sent(address: str) -> None:
    with pytest.raises(ModelError, match="OPENAI_BASE_URL") as caught:
        OpenAIModel("m", KEY, address)
    assert caught.value.kind.ends_run


@pytest.mark.parametrize("key", ["", "sk-\n1234", "sk-ключ"])
def test_a_key_that_is_none_is_told_before_anything_is_sent(key: str) -> None:
    with pytest.raises(ModelError, match="OPENAI_API_KEY"):
        OpenAIModel("m", key)


def test_a_proxy_from_the_environment_is_not_asked_for_a_local_server(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    assert ask(say("direct")).text == "direct"


def test_a_stream_that_is_cut_has_cost_what_came() -> None:
    with ModelServer([cut_stream("one two three four five")]) as server:
        model = OpenAIModel("m", server.key, server.base_url, timeout=10)
        with pytest.raises(ModelError, match="ended before the answer did") as caught:
            model.complete(model_api.Request(ASK, 100, 0))
        model.close()
    assert caught.value.kind is Kind.CONNECTION
    assert caught.value.usage.prompt_tokens > 0
    assert caught.value.usage.completion_tokens > 0


def test_what_an_endpoint_does_not_take_is_left_out_from_then_on() -> None:
    steps = [
        status(400, "stream_options is not supported"),
        status(400, "unknown field: seed"),
        say("a"),
        say("b"),
    ]
    with ModelServer(steps) as server:
        model = OpenAIModel("m", server.key, server.base_url, timeout=10)
        request = model_api.Request(ASK, 100, 0, 3, schema={"type": "object"})
        assert [model.complete(request).text for _ in "ab"] == ["a", "b"]
        model.close()
    assert "seed" in server.requests[0].body
    assert [set(one.body) & {"stream_options", "seed"} for one in server.requests[2:]] == [set(), set()]
    assert server.requests[3].body["response_format"]["json_schema"]["schema"] == {"type": "object"}


def test_tools_and_their_results_are_sent_in_the_words_of_the_api() -> None:
    wish = ToolCall("c1", "view", "{}")
    messages = (*ASK, Message("assistant", "", (wish,)), Message("tool", "seen", call_id="c1"))
    with ModelServer([say("done")]) as server:
        model = OpenAIModel("m", server.key, server.base_url, timeout=10)
        model.complete(
            model_api.Request(messages, 100, 0, tools=(ToolSpec("view", "Shows.", {"type": "object"}),))
        )
        model.close()
    body = server.requests[0].body
    assert body["tools"][0]["function"]["name"] == "view"
    assert body["messages"][-2]["tool_calls"][0]["function"] == {"name": "view", "arguments": "{}"}
    assert body["messages"][-1] == {"role": "tool", "content": "seen", "tool_call_id": "c1"}


def test_an_endpoint_without_tools_says_so_by_its_error() -> None:
    with ModelServer([status(400, "this model does not support tools")]) as server:
        model = OpenAIModel("m", server.key, server.base_url, timeout=10)
        with pytest.raises(ToolsUnsupportedError):
            model.complete(model_api.Request(ASK, 100, 0, tools=(ToolSpec("view", "Shows.", {}),)))
        model.close()


def test_calls_share_a_connection_that_the_endpoint_keeps_open() -> None:
    def stays(request: Request) -> Step:
        step = say("hi")(request)
        assert isinstance(step, Step)
        return replace(step, stays=True)

    with ModelServer(otherwise=stays) as server:
        model = OpenAIModel("m", server.key, server.base_url, timeout=10)
        assert [model.complete(model_api.Request(ASK, 50, 0)).text for _ in range(3)] == ["hi"] * 3
        model.close()
    assert len(server.connections) == 1
