"""Refusals in whatever words: which option is meant, and which faults are of none."""

from __future__ import annotations

import pytest

from pygent.gateway.models.endpoint_errors import fault
from pygent.gateway.models.refused_options import names_none, refused, room_left, shorter

SENT = dict.fromkeys(
    ("max_tokens", "temperature", "seed", "stream", "stream_options", "response_format", "tools")
)


def refusal(words: str, status: int = 400, **error: object) -> frozenset[str]:
    return refused(fault(status, {"message": words, **error}, "m"), SENT)


@pytest.mark.parametrize(
    ("words", "option"),
    [
        ("`temperature` is deprecated for this model.", "temperature"),
        ("invalid temperature: only 1 is allowed for this model", "temperature"),
        ("Unsupported value: 'temperature' does not support 0.8 with this model.", "temperature"),
        ("temperature must be 1", "temperature"),
        ("The temperature parameter is not available with o-series models", "temperature"),
        ("temperature is not permitted while thinking", "temperature"),
        ("1 validation error: body.temperature Input should be less than or equal to 1", "temperature"),
        ("Cannot set both temperature and top_p", "temperature"),
        ("temperature is no longer accepted", "temperature"),
        ("'random_seed' is an illegal parameter", "seed"),
        ("seed: Extra inputs are not permitted", "seed"),
        ("property 'seed' is unsupported", "seed"),
        ("Unknown parameter: 'stream_options'.", "stream_options"),
        ("streaming is disabled for this model", "stream"),
        ("response_format of type json_schema is unavailable now", "response_format"),
        ("This model does not support response format `json_schema`", "response_format"),
        ("Structured outputs are not enabled", "response_format"),
        ("max_output_tokens exceeds the limit", "max_tokens"),
        ("tool calling is not enabled for this deployment", "tools"),
        ("`functions` are not supported", "tools"),
        ("This model cannot be used with tools: unsupported", "tools"),
    ],
)
def test_words_that_refuse_an_option(words: str, option: str) -> None:
    assert refusal(words) == {option}


@pytest.mark.parametrize("status", [400, 422])
@pytest.mark.parametrize("param", ["temperature", "seed", "tools"])
def test_a_param_says_which_option_whatever_the_words(status: int, param: str) -> None:
    assert refusal("Nein.", status, param=param) == {param}


@pytest.mark.parametrize(
    ("status", "words"),
    [
        (400, "Invalid 'tools[0].function.name': string does not match pattern"),
        (400, "An assistant message with 'tool_calls' must be followed by tool messages"),
        (400, "the image is too large"),
        (404, "The model `my-tools` does not exist"),
        (404, "The model `seed-oss` does not exist"),
        (500, "the upstream did not answer while streaming"),
        (0, "failed while streaming: the upstream is not available"),
        (429, "temperature is not supported"),
        (401, "no tools for this key"),
    ],
)
def test_faults_of_another_kind_refuse_no_option(status: int, words: str) -> None:
    assert refusal(words, status) == frozenset()


def test_a_param_counts_more_than_what_else_is_named() -> None:
    words = "temperature is not supported beside stream"
    assert refusal(words, param="temperature") == {"temperature"}


def test_an_option_that_was_not_sent_is_not_refused() -> None:
    error = fault(400, {"message": "unknown field: top_p"}, "m")
    assert refused(error, SENT) == frozenset()
    assert refused(fault(400, {"message": "unknown field: seed"}, "m"), {"temperature": 1}) == frozenset()


def test_a_nameless_refusal_is_one_that_is_of_nothing_else() -> None:
    assert names_none(fault(400, "Bad Request", "m"))
    assert not names_none(fault(400, "unknown field: seed", "m"))
    assert not names_none(fault(400, {"message": "no", "code": "content_filter"}, "m"))
    assert not names_none(fault(404, "no such model", "m"))


@pytest.mark.parametrize(
    ("words", "most"),
    [
        ("max_tokens is too large: 20000. This model supports at most 2,048 completion tokens", 2048),
        ("max_tokens: 20000 > 8192, the maximum for claude-3-5-haiku-20241022", 8192),
        ("Range of max_tokens should be [1, 8192]", 8192),
        ("max_tokens must be at most 4096 (request 550e8400)", 4096),
        ("max_tokens is too large", 10_000),
    ],
)
def test_the_figure_in_a_refusal_is_the_new_limit(words: str, most: int) -> None:
    assert shorter(fault(400, words, "m"), 20_000) == most


def test_a_limit_is_not_halved_for_ever() -> None:
    assert shorter(fault(400, "max_tokens is too large", "m"), 20) is None


@pytest.mark.parametrize(
    ("words", "left"),
    [
        ("maximum context length is 8192 tokens and your request has 28 input tokens", 8164),
        ("maximum context length is 8192 tokens (500 in the messages, 92 in the functions, 9000 in the "
         "completion)", 7600),
        ("exceed context limit: 190000 + 20000 > 200000", 10_000),
        ("`inputs` tokens + `max_new_tokens` must be <= 8193. Given: 1000 `inputs` tokens and 8000 "
         "`max_new_tokens`", 7193),
        ("maximum context length is 8192 tokens, however your messages resulted in 9000 tokens", 0),
        ("the context window of 1000 tokens is full", 900),
        ("maximum context length is 8192 tokens and your request has 8100 input tokens", 0),
        ("max_tokens is too large", None),
    ],
)  # fmt: skip
def test_what_a_window_leaves_beside_its_prompt(words: str, left: int | None) -> None:
    assert room_left(fault(400, words, "m"), prompt=100) == left
