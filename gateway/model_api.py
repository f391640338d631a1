"""A model, as everything above the gateway sees it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from pygent.archive.records import Usage
from pygent.prompts.message import Message, ToolCall, ToolSpec

CUT_OFF = "length"  # the finish reason of an answer that reached `max_tokens`


@dataclass(frozen=True)
class Request:
    """One request to a model. An answer has at most `max_tokens` tokens; `seed` is only a hint.

    A `temperature` of None is not sent: the model answers at its own.
    `schema` asks for an answer that is JSON of this schema; an endpoint that knows none answers freely, so
    whoever asks must read whatever comes.
    """

    messages: tuple[Message, ...]
    max_tokens: int
    temperature: float | None
    seed: int | None = None
    tools: tuple[ToolSpec, ...] = ()
    schema: Mapping[str, Any] | None = None


@dataclass(frozen=True)
class Completion:
    """A paid answer: text, or `calls` of tools, or both. `model` is the provider's own name.

    `cache_written` tokens of the prompt were written into the provider's cache, which may cost extra.
    """

    text: str
    usage: Usage
    finish_reason: str
    model: str
    calls: tuple[ToolCall, ...] = ()
    cache_written: int = 0


class Model(Protocol):
    """Completes conversations. Thread-safe: proposers on several threads share one."""

    name: str

    def complete(self, request: Request) -> Completion:
        """Return one answer. A truncated one is not an error, see `CUT_OFF`.

        An answer without text and calls is an error, unless it was truncated. Raises `ModelError`, whose
        `kind` says how far the fault reaches.
        """
        ...

    def close(self) -> None:
        """Release connections. Safe to call twice."""
        ...


class ModelLayer:
    """What each layer around a model has: the name of the model inside, and its end."""

    def __init__(self, model: Model) -> None:
        self.name = model.name
        self._model = model

    def close(self) -> None:
        self._model.close()
