"""A tool: a name, a pydantic model of its arguments, and a function from them to words."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError

from pygent.agent.work.attempt_state import AttemptState
from pygent.prompts.message import ToolSpec


class Arguments(BaseModel):
    """The arguments of a tool. Models see a subclass's docstring as the tool's description."""

    model_config = ConfigDict(extra="forbid")


class ToolError(Exception):
    """A tool was used wrongly, or cannot do it. The text says what, and what to do next."""


@dataclass(frozen=True)
class Tool:
    """One tool. `needs` names the capabilities of the run that it requires (`pygent.agent.capabilities`)."""

    name: str
    arguments: type[Arguments]
    run: Callable[[Any, AttemptState], str]
    needs: tuple[str, ...] = ("sandbox",)

    @property
    def spec(self) -> ToolSpec:
        schema = self.arguments.model_json_schema()
        schema.pop("description", None)
        return ToolSpec(self.name, " ".join((self.arguments.__doc__ or "").split()), _untitled(schema))

    def read(self, data: object) -> Arguments:
        """Validate the arguments. Raises a `ToolError` that names the argument and what is expected."""
        try:
            return self.arguments.model_validate(data)
        except ValidationError as error:
            first = error.errors(include_url=False, include_input=False)[0]
            where = ".".join(map(str, first["loc"])) or "arguments"
            takes = ", ".join(self.arguments.model_fields)
            raise ToolError(f"{self.name}: {where}: {first['msg']}; it takes: {takes}") from None


def _untitled(value: Any) -> Any:
    """A schema without the titles that pydantic derives from names: they cost tokens and say nothing."""
    if isinstance(value, dict):
        kept = {k: v for k, v in value.items() if k != "title" or not isinstance(v, str)}
        return {key: _untitled(one) for key, one in kept.items()}
    return [_untitled(one) for one in value] if isinstance(value, list) else value
