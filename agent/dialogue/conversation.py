"""A conversation with a model that only grows at its end, so that a provider's cache keeps its start."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from pygent.agent.dialogue.context import CHARS_PER_TOKEN
from pygent.agent.host_client import ContextTooLongError, HostClient, ModelAnswer, ModelUnavailableError
from pygent.prompts.message import Message, ToolSpec

LEFT_OUT = "[an older result was left out to make room; call the tool again if you need it]"
_COMPACTIONS = 4  # in response to one "too long"
_KEPT = 4  # latest messages, which are never shortened


class Conversation:
    """The messages so far, and the way to the next answer."""

    def __init__(
        self, door: HostClient, messages: Sequence[Message], *, tokens: int, tools: Sequence[ToolSpec] = ()
    ) -> None:
        """`tokens` is the length at which the oldest tool results are left out.

        Every stage offers the model the same `tools`, as they come before the messages in a provider's cache.
        """
        self.messages = list(messages)
        self._tools = tuple(tools)
        self._door = door
        self._limit = tokens * CHARS_PER_TOKEN

    def user(self, text: str) -> None:
        self.messages.append(Message("user", text))

    def result(self, call_id: str, text: str) -> None:
        self.messages.append(Message("tool", text, call_id=call_id))

    def ask(self, stage: str) -> ModelAnswer:
        """Get the next answer and append it to the conversation. Raises what the door raises."""
        if self._length() > self._limit:
            self._shorten(self._limit * 2 // 3)
        for _ in range(_COMPACTIONS):
            try:
                answer = self._door.complete(self.messages, tools=self._tools, stage=stage)
                break
            except ContextTooLongError as error:
                if not self._shorten(self._length() * 2 // 3):
                    raise ModelUnavailableError(str(error)) from None
        else:
            raise ModelUnavailableError("context_length: the conversation cannot be made short enough")
        self.messages.append(Message("assistant", answer.text, answer.calls))
        return answer

    def think(self, stage: str) -> ModelAnswer:
        """Get the next answer in a stage without tools: calls in it are answered, but not made."""
        answer = self.ask(stage)
        for wish in answer.calls:
            self.result(wish.id, f"Not done: there are no tools in the stage {stage}.")
        return answer

    def _length(self) -> int:
        return sum(len(one.content) + sum(len(call.arguments) for call in one.calls) for one in self.messages)

    def _shorten(self, wanted: int) -> bool:
        """Leave out tool results, the oldest first; return whether any was left out."""
        left = self._length()
        changed = False
        for place, message in enumerate(self.messages[: -_KEPT or None]):
            if left <= wanted:
                break
            if message.role == "tool" and len(message.content) > len(LEFT_OUT):
                left -= len(message.content) - len(LEFT_OUT)
                self.messages[place] = replace(message, content=LEFT_OUT)
                changed = True
        return changed
