"""The messages that a box may send to the door, parsed strictly: the sender may be hostile."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, Strict, TypeAdapter, ValidationError

from pygent.prompts.message import Message, ToolCall, ToolSpec

_MOST_CHARS = 4_000_000
Text = Annotated[str, Field(max_length=_MOST_CHARS)]
Name = Annotated[str, Field(max_length=200)]


class _BoxRequest(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


_Call = Annotated[tuple[Name, Name, Text], Strict(False)]  # lists, in most kinds of pipe


class _Message(_BoxRequest):
    role: Literal["system", "user", "assistant", "tool"]
    content: Text
    calls: list[_Call] = Field(default=[], max_length=100)
    call_id: Name = ""


class _Tool(_BoxRequest):
    name: str = Field(pattern=r"^[a-zA-Z0-9_-]{1,64}$")
    description: str = Field(max_length=20_000)
    parameters: dict[str, Any]


class Complete(_BoxRequest):
    """One answer of a model. If `max_tokens` is None, the run's own limit holds, which nothing can exceed."""

    op: Literal["complete"]
    messages: list[_Message] = Field(min_length=1, max_length=2000)
    tools: list[_Tool] = Field(default=[], max_length=200)
    schema_: dict[str, Any] | None = Field(None, alias="schema")
    grammar: None = None  # the agents of old archives send it
    max_tokens: int | None = Field(None, gt=0)
    stage: str = Field("", max_length=40)

    def conversation(self) -> tuple[Message, ...]:
        return tuple(
            Message(one.role, one.content, tuple(ToolCall(*call) for call in one.calls), one.call_id)
            for one in self.messages
        )

    def specs(self) -> tuple[ToolSpec, ...]:
        return tuple(ToolSpec(tool.name, tool.description, tool.parameters) for tool in self.tools)


class CallTool(_BoxRequest):
    """One call of an MCP server's tool."""

    op: Literal["mcp"]
    tool: Name
    arguments: dict[str, Any]


class Look(_BoxRequest):
    """A question about the archive: this lineage, a search, one attempt, or findings; and which page."""

    op: Literal["archive"]
    what: Literal["lineage", "search", "show", "findings"]
    query: str = Field("", max_length=2000)
    limit: int = Field(10, ge=1, le=50)
    page: int = Field(1, ge=1, le=1000)
    chars: int = Field(5000, ge=500, le=100_000)


class Evaluate(_BoxRequest):
    """Measure files on the visible cases."""

    op: Literal["evaluate"]
    files: dict[str, Text] = Field(max_length=10_000)


class InputsRequest(_BoxRequest):
    """Some of the visible inputs, without the expected results."""

    op: Literal["inputs"]
    count: int = Field(10, ge=1, le=1000)


Asked = Complete | CallTool | Look | Evaluate | InputsRequest
_READER: TypeAdapter[Asked] = TypeAdapter(Annotated[Asked, Field(discriminator="op")])


class InvalidRequestError(ValueError):
    """A message is not one that a box may send. The text says what is wrong with it."""


def read(message: object) -> Asked:
    """Parse a message. Raises `InvalidRequestError`."""
    try:
        return _READER.validate_python(message)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        raise InvalidRequestError(f"{'.'.join(map(str, first['loc']))}: {first['msg']}"[:300]) from None
    except RecursionError:
        raise InvalidRequestError("nested too deeply") from None
