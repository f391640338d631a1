"""A tool: a name, a pydantic model of its arguments, and a function from them to a result."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from string import Template
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError

from pygent.agent.profile import ProfileLimits
from pygent.agent.work.attempt_state import AttemptState
from pygent.prompts.message import ToolSpec


class Arguments(BaseModel):
    """The arguments of a tool. Models see a subclass's docstring as the tool's description.

    `$seconds` and the like in it stand for a limit of the profile.
    """

    model_config = ConfigDict(extra="forbid")


class ToolError(Exception):
    """A tool was used wrongly, or cannot do it. The text says what, and what to do next."""


@dataclass(frozen=True)
class ToolResult:
    """The result of a call as the model reads it.

    `valid` says whether the call could be made at all. `doubt` says in a few words why the work may not be
    finished before the model has read the result, or ''.
    """

    text: str
    valid: bool = True
    doubt: str = ""


@dataclass(frozen=True)
class Tool:
    """One tool. `needs` names the capabilities of the run that it requires (`pygent.agent.capabilities`)."""

    name: str
    arguments: type[Arguments]
    run: Callable[[Any, AttemptState], str | ToolResult]
    needs: tuple[str, ...] = ("sandbox",)

    @property
    def spec(self) -> ToolSpec:
        """The tool as it is described under the default limits."""
        return self.spec_under(ProfileLimits())

    def spec_under(self, limits: ProfileLimits) -> ToolSpec:
        """The tool as it is described to a model, with the limits that it will meet."""
        schema = self.arguments.model_json_schema()
        schema.pop("description", None)
        words = " ".join((self.arguments.__doc__ or "").split())
        figures = {name: f"{value:,g}" for name, value in limits}
        return ToolSpec(self.name, Template(words).safe_substitute(figures), _untitled(schema))

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
