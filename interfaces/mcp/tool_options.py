"""Tool parameters generated from `RunConfig`."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Annotated, Any, Literal, Optional

from pydantic import Field
from pydantic.fields import FieldInfo

from pygent.evolution.settings.config import RunConfig
from pygent.evolution.settings.setting_offers import Offered, fields_of
from pygent.interfaces.common.grouped_parameters import KEYWORD, Function, expanded


def with_run_settings(
    command: Literal["start_run", "resume_run"], **defaults: object
) -> Callable[[Function], Function]:
    """Replace a tool's parameter `settings` by the keys of `RunConfig` that are offered to `command`.

    `settings` receives the values. `defaults` overrides those of the command line.
    """
    parts = [
        _parameter(name, field, defaults.get(name), fresh=command == "start_run")
        for name, field, _ in fields_of(RunConfig, command)
    ]
    return lambda tool: expanded(tool, "settings", parts, dict)


def _parameter(name: str, field: FieldInfo, default: object, *, fresh: bool) -> inspect.Parameter:
    """A parameter whose None means not given: the owner's environment decides, or the run keeps its value."""
    usual, text = field.get_default(), field.description
    if fresh and default is None and usual is not None:
        text = f"{text}; default: {usual}"
    bounds = [one for one in field.metadata if not isinstance(one, Offered)]
    kind: Any = field.annotation if default is not None else Optional[field.annotation]  # noqa: UP045
    for one in bounds:
        kind = Annotated[kind, one]
    return inspect.Parameter(
        name, KEYWORD, default=default, annotation=Annotated[kind, Field(description=text)]
    )
