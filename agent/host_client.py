"""The box's end of the pipe: everything that an agent may ask of the world."""

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
    """The model will not answer; the text is the attempt's reason, its kind first."""


class ContextTooLongError(Exception):
    """The messages are longer than the model takes: shorten and ask again."""


@dataclass(frozen=True)
class ModelAnswer:
    """A model's answer. `cut_off`: it ran into its limit of tokens."""

    text: str
    calls: tuple[ToolCall, ...] = ()
    cut_off: bool = False


@dataclass(frozen=True)
class Said:
    """What was answered in words; `is_error` where it is why there is no answer."""

    text: str
    is_error: bool = False


@dataclass(frozen=True)
class VisibleInputs:
    """Visible inputs of a function, `(arguments, keyword arguments)` each; `path` is imported from."""

    module: str
    function: str
    path: tuple[str, ...]
    inputs: tuple[tuple[list[Any], dict[str, Any]], ...]


class HostClient:
    """Asks the host. `calls` counts the answers of models."""

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
        """One answer of a model.

        Raises `BudgetExhaustedError`, `ModelUnavailableError`, `ContextTooLongError`.
        """
        got = self._got(
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
        """What a tool of an MCP server answered."""
        got = self._got({"op": "mcp", "tool": tool, "arguments": dict(arguments)})
        return Said(str(got["text"]), "error" in got or bool(got.get("is_error")))

    def archive(self, what: Literal["lineage", "search", "show"], query: str = "", limit: int = 10) -> Said:
        """What the archive knows of this lineage, of words, or of one variant."""
        return self._said({"op": "archive", "what": what, "query": query, "limit": limit})

    def evaluate(self, files: Mapping[str, str]) -> Said:
        """How files do on the visible cases."""
        return self._said({"op": "evaluate", "files": dict(files)})

    def inputs(self, count: int) -> VisibleInputs | Said:
        """Some visible inputs, or why there are none."""
        got = self._got({"op": "inputs", "count": count})
        if "error" in got:
            return Said(str(got["text"]), True)
        pairs = tuple((list(args), dict(kwargs)) for args, kwargs in got["inputs"])
        return VisibleInputs(str(got["module"]), str(got["function"]), tuple(got["path"]), pairs)

    def _said(self, request: dict[str, Any]) -> Said:
        got = self._got(request)
        return Said(str(got["text"]), "error" in got)

    def _got(self, request: dict[str, Any]) -> dict[str, Any]:
        got: dict[str, Any] = self._ask(request)
        if got.get("error") == "budget":
            raise BudgetExhaustedError(line(f"budget: {got['text']}", 300))
        return got


def _plain(message: Message) -> dict[str, object]:
    """In lists, so that a message is the same in every kind of pipe."""
    calls = [[call.id, call.name, call.arguments] for call in message.calls]
    return {**message.plain(), "calls": calls}
