"""What every `Model` keeps to, the scripted one and the real client alike."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack

import pytest

from pygent.gateway.model_api import CUT_OFF, Model, Request
from pygent.gateway.model_errors import Kind, ModelError
from pygent.gateway.models.openai_model import OpenAIModel
from pygent.gateway.models.scripted_model import ScriptedModel
from pygent.gateway.models.tokens import of_text
from pygent.prompts.message import Message, ToolCall, ToolSpec
from tests.support.servers.model_server import ModelServer, Step, call, say, status
from tests.support.servers.model_server import Script as ServerScript

ASK = (Message("system", "You add."), Message("user", "1 + 1?"))
Line = str | Kind | tuple[ToolCall, ...]
Script = Sequence[Line]
Make = Callable[[Script], Model]
STATUS = {Kind.AUTH: 401, Kind.RATE_LIMIT: 429, Kind.SERVER: 500}


@pytest.fixture(params=["scripted", "openai", "openai-whole"])
def make(request: pytest.FixtureRequest) -> Iterator[Make]:
    with ExitStack() as stack:

        def scripted(script: Script) -> Model:
            return ScriptedModel([ModelError(it, "planned") if isinstance(it, Kind) else it for it in script])

        def openai(script: Script) -> Model:
            steps = [_step(it) for it in script]
            server = stack.enter_context(
                ModelServer(steps, otherwise=status(404), streams=request.param == "openai")
            )
            model = OpenAIModel("m", server.key, server.base_url, timeout=10)
            stack.callback(model.close)
            return model

        yield scripted if request.param == "scripted" else openai


def _step(line: Line) -> Step | ServerScript:
    if isinstance(line, Kind):
        return status(STATUS[line])
    if isinstance(line, tuple):
        return call(*((wish.name, wish.arguments) for wish in line))
    return say(line)


def test_wishes_for_tools_come_back_as_the_model_wrote_them(make: Make) -> None:
    wishes = (ToolCall("call-0", "view", '{"path": "a.py"}'), ToolCall("call-1", "no such", "{broken"))
    tools = (ToolSpec("view", "Shows a file.", {"type": "object", "properties": {}}),)
    answer = make([wishes]).complete(Request(ASK, 100, 0, tools=tools))
    assert (answer.text, answer.calls) == ("", wishes)
    assert answer.usage.completion_tokens > 0


def test_an_answer_comes_back_with_its_text_and_its_cost(make: Make) -> None:
    answer = make(["two"]).complete(Request(ASK, 100, 0.5, 7))
    assert answer.text == "two"
    assert answer.finish_reason == "stop"
    assert answer.usage.calls == 1
    assert answer.usage.completion_tokens == of_text("two")
    assert answer.usage.prompt_tokens > 0


def test_answers_come_in_order(make: Make) -> None:
    model = make(["a", "b"])
    assert [model.complete(Request(ASK, 9, 0)).text for _ in "ab"] == ["a", "b"]


def test_an_answer_ends_at_max_tokens_and_says_so(make: Make) -> None:
    answer = make(["word " * 100]).complete(Request(ASK, 10, 0))
    assert answer.finish_reason == CUT_OFF
    assert answer.usage.completion_tokens == 10


@pytest.mark.parametrize("kind", STATUS)
def test_a_fault_is_an_error_of_its_kind_and_the_next_call_works(make: Make, kind: Kind) -> None:
    model = make([kind, "better"])
    with pytest.raises(ModelError) as caught:
        model.complete(Request(ASK, 10, 0))
    assert caught.value.kind is kind
    assert model.complete(Request(ASK, 10, 0)).text == "better"


@pytest.mark.parametrize("nothing", ["", " \n"])
def test_an_answer_without_text_is_an_error_that_was_paid_for(make: Make, nothing: str) -> None:
    with pytest.raises(ModelError) as caught:
        make([nothing]).complete(Request(ASK, 10, 0))
    assert caught.value.kind is Kind.EMPTY
    assert caught.value.usage.prompt_tokens > 0


def test_asking_beyond_the_script_ends_the_run(make: Make) -> None:
    with pytest.raises(ModelError) as caught:
        make([]).complete(Request(ASK, 10, 0))
    assert caught.value.kind.ends_run


def test_closing_twice_is_harmless(make: Make) -> None:
    model = make(["a"])
    model.close()
    model.close()
    assert model.complete(Request(ASK, 10, 0)).text == "a"
