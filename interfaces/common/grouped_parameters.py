"""Lets a function with few parameters offer many to typer and the MCP server, which read its signature."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Mapping, Sequence
from dataclasses import MISSING, Field, fields, is_dataclass
from typing import Any, TypeVar, get_type_hints

Function = TypeVar("Function", bound=Callable[..., Any])
RunSettings = Mapping[str, object]  # by key of `RunConfig`; None is not given
KEYWORD = inspect.Parameter.KEYWORD_ONLY


def expanded(
    function: Function,
    name: str,
    parts: Sequence[inspect.Parameter],
    build: Callable[[Mapping[str, Any]], object],
) -> Function:
    """`function` with keyword-only parameters, and `parts` in place of its parameter `name`.

    `name` receives what `build` makes of the values of `parts`.
    """

    def gathered(arguments: dict[str, object]) -> dict[str, object]:
        values = {one.name: arguments.pop(one.name) for one in parts}
        return {**arguments, name: build(values)}

    if inspect.iscoroutinefunction(function):

        @functools.wraps(function)
        async def called(**arguments: object) -> object:
            return await function(**gathered(arguments))
    else:

        @functools.wraps(function)
        def called(**arguments: object) -> object:
            return function(**gathered(arguments))

    hints = get_type_hints(function, include_extras=True)
    shown: list[inspect.Parameter] = []
    for one in inspect.signature(function).parameters.values():
        if one.name == name:
            shown += parts
        else:
            shown.append(one.replace(annotation=hints[one.name], kind=KEYWORD))
    returned = hints.get("return", inspect.Signature.empty)
    called.__signature__ = inspect.Signature(shown, return_annotation=returned)  # type: ignore[attr-defined]
    called.__annotations__ = {one.name: one.annotation for one in shown} | {"return": returned}
    return called  # type: ignore[return-value]


def grouped(function: Function) -> Function:
    """Replace each dataclass parameter by the fields of the dataclass; `function` receives an instance."""
    for name, kind in get_type_hints(function).items():
        if name != "return" and isinstance(kind, type) and is_dataclass(kind):
            hints = get_type_hints(kind, include_extras=True)
            parts = [_parameter(one, hints[one.name]) for one in fields(kind)]
            function = expanded(function, name, parts, _built_by(kind))
    return function


def _built_by(kind: Callable[..., object]) -> Callable[[Mapping[str, Any]], object]:
    return lambda values: kind(**values)


def _parameter(field: Field[Any], annotation: object) -> inspect.Parameter:
    default = inspect.Parameter.empty if field.default is MISSING else field.default
    return inspect.Parameter(field.name, KEYWORD, default=default, annotation=annotation)
