"""A model that follows a script: for tests, demonstrations and dry runs without a network."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable

from pygent.archive.records import Usage
from pygent.gateway.model_api import CUT_OFF, Completion, Request
from pygent.gateway.model_errors import Kind, ModelError
from pygent.gateway.models.tokens import of_prompt, of_text
from pygent.prompts.message import ToolCall

Line = str | tuple[ToolCall, ...] | ModelError


class ScriptedModel:
    """Answers with the lines of a script in order, or with what a function returns for the request.

    A line of calls is an answer that asks for tools; a `ModelError` is raised. Token counts are guesses from
    the texts. The end of the script is `Kind.NOT_FOUND`, which ends a run.
    """

    def __init__(self, script: Iterable[Line] | Callable[[Request], Line], name: str = "scripted") -> None:
        self.name = name
        self.asked: list[Request] = []
        self._script = script if callable(script) else iter(script)
        self._lock = threading.Lock()

    def complete(self, request: Request) -> Completion:
        with self._lock:
            self.asked.append(request)
            answer = self._script(request) if callable(self._script) else next(self._script, None)
        if answer is None:
            raise ModelError(Kind.NOT_FOUND, f"{self.name}: the script has no more lines", usage=Usage())
        if isinstance(answer, ModelError):
            raise ModelError(answer.kind, str(answer), usage=answer.usage, retry_after=answer.retry_after)
        if isinstance(answer, tuple):
            usage = Usage(1, of_prompt(request.messages), 0, sum(of_text(call.arguments) for call in answer))
            return Completion("", usage, "tool_calls", self.name, answer)
        text, reason = answer, "stop"
        if of_text(text) > request.max_tokens:
            text, reason = _first_tokens(answer, request.max_tokens), CUT_OFF
        usage = Usage(1, of_prompt(request.messages), 0, of_text(text))
        if not text.strip() and reason != CUT_OFF:
            raise ModelError(Kind.EMPTY, f"{self.name}: the answer is empty", usage=usage)
        return Completion(text, usage, reason, self.name)

    def close(self) -> None:
        """Do nothing: no resource is held."""


def _first_tokens(text: str, tokens: int) -> str:
    low, high = 0, len(text)
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if of_text(text[:middle]) <= tokens else (low, middle - 1)
    return text[:low]
