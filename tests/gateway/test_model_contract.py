"""The scripted model and the real client keep to the contract that `pygent.testing` ships."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from pygent.gateway.model_api import Model, Request
from pygent.gateway.model_errors import Kind, ModelError
from pygent.gateway.models.openai_model import OpenAIModel
from pygent.gateway.models.scripted_model import ScriptedModel
from pygent.gateway.models.tokens import of_text
from pygent.testing.model_contract import ASK, Line, MakeModel, ModelContract, Script
from tests.support.servers.model_server import ModelServer, Step, call, say, status
from tests.support.servers.model_server import Script as ServerScript

STATUS = {Kind.AUTH: 401, Kind.RATE_LIMIT: 429, Kind.SERVER: 500}


def _step(line: Line) -> Step | ServerScript:
    if isinstance(line, Kind):
        return status(STATUS[line])
    if isinstance(line, tuple):
        return call(*((wish.name, wish.arguments) for wish in line))
    return say(line)


class TestOurModels(ModelContract):
    @pytest.fixture(params=["scripted", "openai", "openai-whole"])
    def make_model(self, request: pytest.FixtureRequest) -> Iterator[MakeModel]:
        with ExitStack() as stack:

            def scripted(script: Script) -> Model:
                return ScriptedModel(
                    [ModelError(it, "planned") if isinstance(it, Kind) else it for it in script]
                )

            def openai(script: Script) -> Model:
                steps = [_step(it) for it in script]
                server = stack.enter_context(
                    ModelServer(steps, otherwise=status(404), streams=request.param == "openai")
                )
                model = OpenAIModel("m", server.key, server.base_url, timeout=10)
                stack.callback(model.close)
                return model

            yield scripted if request.param == "scripted" else openai

    def test_tokens_are_counted(self, make_model: MakeModel) -> None:
        answer = make_model(["two"]).complete(Request(ASK, 100, 0.5, 7))
        assert answer.usage.completion_tokens == of_text("two")
