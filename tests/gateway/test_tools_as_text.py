"""Models without tool calls are told of tools in words, and their blocks become calls."""

from __future__ import annotations

import pytest

from pygent.gateway.model_api import Request
from pygent.gateway.models.openai_model import OpenAIModel
from pygent.gateway.models.scripted_model import ScriptedModel
from pygent.gateway.models.tools_as_text import ToolsAsText, in_words, read_calls
from pygent.prompts.message import Message, ToolCall, ToolSpec
from tests.support.servers.model_server import ModelServer, say, status

VIEW = ToolSpec("view", "Shows a file.", {"type": "object", "properties": {"path": {"type": "string"}}})
BLOCK = 'I look.\n```json\n{"tool": "view", "arguments": {"path": "a.py"}}\n```'
ASK = Request((Message("system", "You work."), Message("user", "Go.")), 500, 0, tools=(VIEW,))


def test_an_endpoint_that_takes_no_tools_is_asked_in_words_from_then_on() -> None:
    with ModelServer([status(400, "tools are not supported"), say(BLOCK), say("done")]) as server:
        model = ToolsAsText(OpenAIModel("m", server.key, server.base_url, timeout=10))
        answer = model.complete(ASK)
        assert model.complete(ASK).calls == ()
        model.close()
    assert answer.calls == (ToolCall("text-0", "view", '{"path": "a.py"}'),)
    assert [("tools" in one.body) for one in server.requests] == [True, False, False]
    system = server.requests[1].body["messages"][0]["content"]
    assert system.startswith("You work.")
    assert "view: Shows a file." in system


def test_results_and_calls_become_words_and_the_beginning_stays_the_same() -> None:
    call = ToolCall("c", "view", '{"path": "a.py"}')
    later = (*ASK.messages, Message("assistant", "", (call,)), Message("tool", "1 x", call_id="c"))
    first, second = in_words(ASK), in_words(Request(later, 500, 0, tools=(VIEW,)))
    assert second.messages[:2] == first.messages
    assert second.tools == ()
    assert read_calls(second.messages[2].content) == (ToolCall("text-0", "view", '{"path": "a.py"}'),)
    assert (second.messages[3].role, "1 x" in second.messages[3].content) == ("user", True)


@pytest.mark.parametrize("text", ["no block", '```json\n{"tool": broken}\n```', '```json\n{"other": 1}\n```'])
def test_what_is_no_call_stays_text(text: str) -> None:
    answer = ToolsAsText(ScriptedModel([text]), always=True).complete(ASK)
    assert (answer.text, answer.calls) == (text, ())
