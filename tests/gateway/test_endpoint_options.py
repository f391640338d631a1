"""A model's options are learned from its refusals: exactly those, once each, and never in a loop."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pygent.archive.records import Usage
from pygent.gateway.model_api import Completion, Request
from pygent.gateway.model_errors import Kind, ModelError
from pygent.gateway.models.endpoint_errors import EndpointError, fault
from pygent.gateway.models.endpoint_options import EndpointOptions, in_api_form
from pygent.prompts.message import Message

ASK = Request((Message("user", "Go."),), 8000, 0.8, 3, schema={"type": "object"})
WISHES = set(in_api_form(ASK))
WORDS = (
    "`{}` is deprecated for this model.",
    "Unsupported parameter: '{}'",
    "{}: Extra inputs are not permitted",
    "the option {} is not available here",
    "unknown field {}",
    "you must not set {}",
    "Invalid value for {}",
    '"{}" geht nicht',
)
OPTIONS = ("temperature", "seed", "stream", "stream_options", "response_format")


class Endpoint:
    """Refuses some options, the first of them at a time, in given words."""

    def __init__(self, refused: set[str], words: str) -> None:
        self.sent: list[Mapping[str, Any]] = []
        self._refused, self._words = refused, words

    def __call__(self, options: Mapping[str, Any]) -> Completion:
        self.sent.append(options)
        for name in sorted(self._refused & set(options)):
            raise fault(400, {"message": self._words.format(name)}, "m")
        return Completion("fine", Usage(1, 10, 0, 5), "stop", "m")


@given(st.sets(st.sampled_from(OPTIONS)), st.sampled_from(WORDS))
def test_what_is_refused_is_left_out_and_nothing_else(refused: set[str], words: str) -> None:
    model, endpoint = EndpointOptions(), Endpoint(refused, words)
    answer = model.complete(ASK, endpoint)
    assert answer.usage == Usage(len(endpoint.sent), 10, 0, 5)
    assert len(endpoint.sent) <= len(refused) + 1
    assert WISHES - set(endpoint.sent[-1]) == refused | ({"stream_options"} if "stream" in refused else set())
    learned = len(endpoint.sent)
    model.complete(ASK, endpoint)
    assert len(endpoint.sent) == learned + 1


@given(st.integers(17, 8000), st.sampled_from(["max_tokens is too large", "max_tokens may be at most {}"]))
def test_a_limit_is_lowered_until_it_passes_and_remembered(most: int, words: str) -> None:
    sent = []

    def send(options: Mapping[str, Any]) -> Completion:
        asked = options.get("max_tokens", 0)
        sent.append(asked)
        if asked > most:
            raise fault(400, words.format(most), "m")
        return Completion("fine", Usage(1), "stop", "m")

    model = EndpointOptions()
    model.complete(ASK, send)
    assert len(sent) <= 11
    learned = len(sent)
    model.complete(ASK, send)
    assert sent[learned:] == [sent[learned - 1]]
    if "{}" in words:
        assert sent[-1] == most


@pytest.mark.parametrize(
    "words", ["Invalid parameter: max_tokens", "max_tokens: no", "max_tokens is not a limit"]
)
def test_a_limit_that_is_never_taken_is_left_out_in_the_end(words: str) -> None:
    endpoint = Endpoint({"max_tokens", "max_completion_tokens"}, words)
    assert EndpointOptions().complete(ASK, endpoint).text == "fine"
    assert len(endpoint.sent) <= 20


def test_a_refusal_for_another_reason_counts_and_is_tried_in_this_way_once() -> None:
    sent = []

    def send(options: Mapping[str, Any]) -> Completion:
        sent.append(options)
        raise fault(400, "Bad Request", "m")

    model = EndpointOptions()
    for _ in range(2):
        with pytest.raises(EndpointError, match="Bad Request") as caught:
            model.complete(ASK, send)
    assert caught.value.kind is Kind.REQUEST
    assert [set(one) for one in sent[-1:]] == [WISHES]
    assert len(sent) == 1 + 4 + 1


def test_a_fault_on_trial_leaves_the_question_open() -> None:
    answers = iter([fault(400, "Bad Request", "m"), ModelError(Kind.TIMEOUT, "late")])
    model = EndpointOptions()
    sent = []

    def send(options: Mapping[str, Any]) -> Completion:
        sent.append(set(options))
        if error := next(answers, None):
            raise error
        return Completion("fine", Usage(1), "stop", "m")

    with pytest.raises(ModelError, match="late"):
        model.complete(ASK, send)
    model.complete(ASK, send)
    assert sent[-1] == WISHES
