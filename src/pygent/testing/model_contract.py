"""What every model must do, whoever provides it."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import pytest

from pygent.gateway.model_api import CUT_OFF, Model, Request
from pygent.gateway.model_errors import Kind, ModelError
from pygent.prompts.message import Message, ToolCall, ToolSpec

ASK = (Message("system", "You add."), Message("user", "1 + 1?"))
FAULTS = (Kind.AUTH, Kind.RATE_LIMIT, Kind.SERVER)
Line = str | Kind | tuple[ToolCall, ...]  # a text, a fault, or calls of tools
Script = Sequence[Line]
MakeModel = Callable[[Script], Model]


class ModelContract:
    """Define the fixture `make_model`: a function from a script to a model whose provider answers by it.

    A provider that is asked beyond its script answers with a fault that ends the run.
    """

    def test_wishes_for_tools_come_back_as_the_model_wrote_them(self, make_model: MakeModel) -> None:
        wishes = (ToolCall("call-0", "view", '{"path": "a.py"}'), ToolCall("call-1", "no such", "{broken"))
        tools = (ToolSpec("view", "Shows a file.", {"type": "object", "properties": {}}),)
        answer = make_model([wishes]).complete(Request(ASK, 100, 0, tools=tools))
        assert (answer.text, answer.calls) == ("", wishes)
        assert answer.usage.completion_tokens > 0

    def test_an_answer_comes_back_with_its_text_and_its_cost(self, make_model: MakeModel) -> None:
        answer = make_model(["two"]).complete(Request(ASK, 100, 0.5, 7))
        assert answer.text == "two"
        assert answer.finish_reason == "stop"
        assert answer.usage.calls == 1
        assert answer.usage.completion_tokens > 0
        assert answer.usage.prompt_tokens > 0

    def test_answers_come_in_order(self, make_model: MakeModel) -> None:
        model = make_model(["a", "b"])
        assert [model.complete(Request(ASK, 9, 0)).text for _ in "ab"] == ["a", "b"]

    def test_an_answer_ends_at_max_tokens_and_says_so(self, make_model: MakeModel) -> None:
        answer = make_model(["word " * 100]).complete(Request(ASK, 10, 0))
        assert answer.finish_reason == CUT_OFF
        assert 0 < answer.usage.completion_tokens <= 10

    @pytest.mark.parametrize("kind", FAULTS)
    def test_a_fault_is_an_error_of_its_kind_and_the_next_call_works(
        self, make_model: MakeModel, kind: Kind
    ) -> None:
        model = make_model([kind, "better"])
        with pytest.raises(ModelError) as caught:
            model.complete(Request(ASK, 10, 0))
        assert caught.value.kind is kind
        assert model.complete(Request(ASK, 10, 0)).text == "better"

    @pytest.mark.parametrize("nothing", ["", " \n"])
    def test_an_answer_without_text_is_an_error_that_was_paid_for(
        self, make_model: MakeModel, nothing: str
    ) -> None:
        with pytest.raises(ModelError) as caught:
            make_model([nothing]).complete(Request(ASK, 10, 0))
        assert caught.value.kind is Kind.EMPTY
        assert caught.value.usage.prompt_tokens > 0

    def test_asking_beyond_the_script_ends_the_run(self, make_model: MakeModel) -> None:
        with pytest.raises(ModelError) as caught:
            make_model([]).complete(Request(ASK, 10, 0))
        assert caught.value.kind.ends_run

    def test_closing_twice_is_harmless(self, make_model: MakeModel) -> None:
        model = make_model(["a"])
        model.close()
        model.close()
        assert model.complete(Request(ASK, 10, 0)).text == "a"
