"""The box's end of the pipe: everything that an agent may ask of the outside."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from pygent.prompts.message import Message, ToolCall, ToolSpec
from pygent.prompts.quote import line

Ask = Callable[[Any], Any]


class BudgetExhaustedError(Exception):
    """Nothing more may be asked: hand back what there is."""


class ModelUnavailableError(Exception):
    """The model will not answer. The text is the attempt's reason, beginning with its kind."""


class ContextTooLongError(Exception):
    """The messages are longer than the model accepts: shorten them and ask again."""


@dataclass(frozen=True)
class ModelAnswer:
    """A model's answer. `cut_off`: it reached its token limit."""

    text: str
    calls: tuple[ToolCall, ...] = ()
    cut_off: bool = False


@dataclass(frozen=True)
class Said:
    """An answer in words; if `is_error`, the words say why there is no answer."""

    text: str
    is_error: bool = False


@dataclass(frozen=True)
class VisibleInputs:
    """Visible inputs of a function, each `(arguments, keyword arguments)`; `path` is the import path."""

    module: str
    function: str
    path: tuple[str, ...]
    inputs: tuple[tuple[list[Any], dict[str, Any]], ...]


class HostClient:
    """Asks the host. `calls` counts the models' answers."""

    def __init__(self, ask: Ask) -> None:
        self._ask = ask
        self.calls = 0

    def complete(
        self,
        messages: Sequence[Message],
        *,
        tools: Sequence[ToolSpec] = (),
        schema: Mapping[str, Any] | None = None,
        max_tokens: int | None = None,
        stage: str = "",
    ) -> ModelAnswer:
        """Get one answer from a model.

        Raises `BudgetExhaustedError`, `ModelUnavailableError`, `ContextTooLongError`.
        """
        got = self._answer(
            {
                "op": "complete",
                "messages": [_plain(message) for message in messages],
                "tools": [
                    {"name": tool.name, "description": tool.description, "parameters": dict(tool.parameters)}
                    for tool in tools
                ],
                "schema": None if schema is None else dict(schema),
                "max_tokens": max_tokens,
                "stage": stage,
            }
        )
        if kind := got.get("error"):
            reason = line(f"{kind}: {got['text']}", 300)
            raise ContextTooLongError(reason) if kind == "context_length" else ModelUnavailableError(reason)
        self.calls += 1
        calls = tuple(ToolCall(str(one[0]), str(one[1]), str(one[2])) for one in got["calls"])
        return ModelAnswer(str(got["text"]), calls, bool(got["cut_off"]))

    def mcp(self, tool: str, arguments: Mapping[str, Any]) -> Said:
        """Call a tool of an MCP server."""
        got = self._answer({"op": "mcp", "tool": tool, "arguments": dict(arguments)})
        return Said(str(got["text"]), "error" in got or bool(got.get("is_error")))

    def archive(
        self,
        what: Literal["lineage", "search", "show", "findings"],
        query: str = "",
        limit: int = 10,
        *,
        page: int = 1,
        chars: int = 5000,
    ) -> Said:
        """Look up this lineage, search words, one attempt or findings, in pages of `chars` characters."""
        asked = {"op": "archive", "what": what, "query": query, "limit": limit, "page": page, "chars": chars}
        return self._in_words(asked)

    def evaluate(self, files: Mapping[str, str]) -> Said:
        """Measure files on the visible cases."""
        return self._in_words({"op": "evaluate", "files": dict(files)})

    def inputs(self, count: int) -> VisibleInputs | Said:
        """Some visible inputs, or why there are none."""
        got = self._answer({"op": "inputs", "count": count})
        if "error" in got:
            return Said(str(got["text"]), True)
        pairs = tuple((list(args), dict(kwargs)) for args, kwargs in got["inputs"])
        return VisibleInputs(str(got["module"]), str(got["function"]), tuple(got["path"]), pairs)

    def _in_words(self, request: dict[str, Any]) -> Said:
        got = self._answer(request)
        return Said(str(got["text"]), "error" in got)

    def _answer(self, request: dict[str, Any]) -> dict[str, Any]:
        got: dict[str, Any] = self._ask(request)
        if got.get("error") == "budget":
            raise BudgetExhaustedError(line(f"budget: {got['text']}", 300))
        return got


def _plain(message: Message) -> dict[str, object]:
    """A message with lists for tuples, so that it is the same in every kind of pipe."""
    calls = [[call.id, call.name, call.arguments] for call in message.calls]
    return {**message.plain(), "calls": calls}
