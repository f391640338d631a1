"""Ask an endpoint with the options that it takes, and learn from its refusals which those are."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from pygent.archive.records import Usage
from pygent.gateway.model_api import Completion, Request
from pygent.gateway.model_errors import Kind, ModelError
from pygent.gateway.models import refused_options, tokens
from pygent.gateway.models.endpoint_errors import EndpointError
from pygent.gateway.models.refused_options import LENGTHS, TOOLS

# In this order options are left out on trial if a refusal names none: what matters least goes first.
_ON_TRIAL = ("seed", "stream_options", "response_format", "temperature")
_MOST_LOWERED = 8  # times that one request may ask for a shorter answer

_Send = Callable[[Mapping[str, Any]], Completion]


class ToolsUnsupportedError(ModelError):
    """The endpoint takes no tools. The caller can describe them in words instead."""


class EndpointOptions:
    """What one model takes, remembered for the life of this object. Thread-safe.

    Each option is left out at most once. If a refusal names none, options are left out on trial, once in the
    life of the model: if the request passes then, they stay out; else the refusal was for another reason.
    """

    def __init__(self, *without: str) -> None:
        """`without` names options that are never sent."""
        self._without = frozenset(without)
        self._most: int | None = None
        self._tried = False

    def complete(self, request: Request, send: _Send) -> Completion:
        """Send the request's options until the endpoint takes them; `send` raises `EndpointError`.

        What was paid includes each refused call. Raises what `send` raises, and `ToolsUnsupportedError`.
        """
        paid = Usage()

        def counted(options: Mapping[str, Any]) -> Completion:
            nonlocal paid
            try:
                return send(options)
            except ModelError as error:
                paid += error.usage
                raise

        try:
            answer = self._taken(request, counted)
        except ModelError as error:
            error.usage = paid
            raise
        return replace(answer, usage=paid + answer.usage)

    def _taken(self, wish: Request, send: _Send) -> Completion:
        request = wish if self._most is None else _of_length(wish, self._most)
        lowered, most = 0, self._most
        while True:
            options = in_api_form(request, self._without)
            try:
                answer = send(options)
            except EndpointError as error:
                refused = refused_options.refused(error, options)
                if lowered < _MOST_LOWERED and (shorter := self._shorter(error, request, refused)):
                    lowered += 1
                    request, is_for_all = shorter
                    most = request.max_tokens if is_for_all else most
                elif error.kind is Kind.CONTEXT_LENGTH:
                    raise
                elif TOOLS in refused:
                    raise ToolsUnsupportedError(Kind.REQUEST, str(error)) from None
                elif refused:
                    if not refused.isdisjoint(LENGTHS):  # no limit at all will do
                        request = wish
                    self._without |= refused
                elif self._tried or not refused_options.names_none(error):
                    raise
                else:
                    return self._on_trial(request, send, error)
            else:
                self._most = most
                return answer

    def _shorter(
        self, error: EndpointError, request: Request, refused: frozenset[str]
    ) -> tuple[Request, bool] | None:
        """The request with a limit that the endpoint may take, and whether that holds for all requests.

        None if the limit is not to blame.
        """
        asked = request.max_tokens
        by_length = not refused.isdisjoint(LENGTHS)
        if not by_length and error.kind is not Kind.CONTEXT_LENGTH:
            return None
        room = refused_options.room_left(error, tokens.of_prompt(request.messages))
        if room is not None:  # this prompt leaves no more; another may
            return (replace(request, max_tokens=room), False) if 0 < room < asked else None
        if not by_length or refused_options.is_renamed(error, asked):
            return None
        most = refused_options.shorter(error, asked)
        return None if most is None else (_of_length(request, most), True)

    def _on_trial(self, request: Request, send: _Send, refusal: EndpointError) -> Completion:
        """Leave options out one after the other until the endpoint takes the request. Raises `refusal`."""
        without = self._without
        for name in _ON_TRIAL:
            if name not in in_api_form(request, without):
                continue
            without |= {name}
            try:
                answer = send(in_api_form(request, without))
            except EndpointError as error:
                if error.status != refusal.status:
                    raise refusal from None
            else:
                self._without, self._tried = without, True
                return answer
        self._tried = True
        if request.tools and refusal.kind is Kind.NOT_FOUND:
            raise ToolsUnsupportedError(Kind.REQUEST, str(refusal)) from None
        raise refusal


def in_api_form(request: Request, without: frozenset[str] = frozenset()) -> dict[str, Any]:
    """The request's options in the API's form, without those that the endpoint does not take."""
    wishes: dict[str, Any] = {
        "max_tokens": request.max_tokens,
        "temperature": request.temperature,
        "seed": request.seed,
        "stream": True,
        "stream_options": {"include_usage": True},
    }
    if request.tools:
        wishes[TOOLS] = [
            {
                "type": "function",
                "function": {
                    "name": tool.name,
                    "description": tool.description,
                    "parameters": dict(tool.parameters),
                },
            }
            for tool in request.tools
        ]
    if request.schema is not None:
        named = {"name": "answer", "schema": dict(request.schema), "strict": True}
        wishes["response_format"] = {"type": "json_schema", "json_schema": named}
    if "max_tokens" in without:
        wishes["max_completion_tokens"] = request.max_tokens
    if "stream" in without:
        without |= {"stream_options"}
    return {key: value for key, value in wishes.items() if value is not None and key not in without}


def _of_length(request: Request, most: int) -> Request:
    return replace(request, max_tokens=min(request.max_tokens, most))
