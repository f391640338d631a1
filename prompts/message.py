"""A conversation's messages and tools: the types that prompts, agent and gateway share."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal


@dataclass(frozen=True)
class ToolSpec:
    """A tool as it is described to a model. `parameters` is the JSON schema of an object."""

    name: str
    description: str
    parameters: Mapping[str, Any]


@dataclass(frozen=True)
class ToolCall:
    """A model's request to use a tool. `arguments` is the JSON as the model wrote it: it may be malformed."""

    id: str
    name: str
    arguments: str


@dataclass(frozen=True)
class Message:
    """One message. `calls` belong to an assistant's message; `call_id` names the call that a tool answers."""

    role: Literal["system", "user", "assistant", "tool"]
    content: str
    calls: tuple[ToolCall, ...] = ()
    call_id: str = ""

    def plain(self) -> dict[str, object]:
        """The message in plain values, as it crosses the boundary of a box."""
        calls = [(call.id, call.name, call.arguments) for call in self.calls]
        return {"role": self.role, "content": self.content, "calls": calls, "call_id": self.call_id}
