"""Tools for models without tool calls: described in words, and called in fenced JSON."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import replace

from pygent.archive.records import Usage
from pygent.gateway.model_api import Completion, Model, ModelLayer, Request
from pygent.gateway.model_errors import ModelError
from pygent.gateway.models.endpoint_options import ToolsUnsupportedError
from pygent.prompts.message import Message, ToolCall, ToolSpec

_BLOCK = re.compile(r"```(?:json|tool)?[ \t]*\n(\{.*?\})[ \t]*\n```", re.S)
_HEAD = """

# Tools

To use a tool, answer with one block of this form for each call, and nothing after the last one:

```json
{"tool": "NAME", "arguments": {...}}
```

These are the tools, with the JSON schema of their arguments:

"""


class ToolsAsText(ModelLayer):
    """A model whose tools are described in words once it has refused them (or from the start).

    The words stand at the end of the system message, which stays the same throughout a conversation. A block
    that cannot be read stays text, so that the caller can say what is wrong with it.
    """

    def __init__(self, model: Model, *, always: bool = False) -> None:
        super().__init__(model)
        self._in_words = always

    def complete(self, request: Request) -> Completion:
        paid = Usage()
        if not self._in_words:
            try:
                return self._model.complete(request)
            except ToolsUnsupportedError as refusal:
                self._in_words = True
                paid = refusal.usage
        try:
            answer = self._model.complete(in_words(request))
        except ModelError as error:
            error.usage += paid
            raise
        calls = read_calls(answer.text)
        return replace(answer, calls=calls or answer.calls, usage=paid + answer.usage)


def in_words(request: Request) -> Request:
    """The same request without tools, calls and their results."""
    messages = [_plain(message) for message in request.messages]
    if request.tools:
        if not messages or messages[0].role != "system":
            messages.insert(0, Message("system", ""))
        head = messages[0].content + _HEAD + _descriptions(request.tools)
        messages[0] = replace(messages[0], content=head.strip())
    return replace(request, messages=tuple(messages), tools=())


def read_calls(text: str) -> tuple[ToolCall, ...]:
    """The calls in an answer; none if any block is not a call."""
    found = []
    for number, match in enumerate(_BLOCK.finditer(text)):
        try:
            data = json.loads(match[1])
        except (ValueError, RecursionError):
            return ()
        if not isinstance(data, dict) or not isinstance(data.get("tool"), str):
            return ()
        found.append(ToolCall(f"text-{number}", data["tool"], json.dumps(data.get("arguments", {}))))
    return tuple(found)


def _plain(message: Message) -> Message:
    if message.role == "tool":
        return Message("user", f"Result of the tool (data):\n{message.content}")
    if not message.calls or message.content:
        return replace(message, calls=())
    blocks = (
        f'```json\n{{"tool": {json.dumps(c.name)}, "arguments": {c.arguments}}}\n```' for c in message.calls
    )
    return Message("assistant", "\n".join(blocks))


def _descriptions(tools: Sequence[ToolSpec]) -> str:
    return "\n".join(
        f"- {tool.name}: {tool.description} Arguments: {json.dumps(dict(tool.parameters))}" for tool in tools
    )
