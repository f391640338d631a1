"""What typer and the MCP server read of a function of few parameters, and what it receives."""

from __future__ import annotations

import asyncio
import inspect
from dataclasses import dataclass
from typing import Annotated

import pytest

from pygent.interfaces.common.grouped_parameters import grouped


@dataclass(frozen=True)
class Place:
    where: Annotated[str, "a place"]
    how: int = 3


@dataclass(frozen=True)
class Time:
    when: float = 0.5


def plain(first: int, place: Place, time: Time, last: bool = False) -> tuple[object, ...]:
    return first, place, time, last


async def waiting(first: int, place: Place, time: Time, last: bool = False) -> tuple[object, ...]:
    await asyncio.sleep(0)
    return first, place, time, last


@pytest.mark.parametrize("function", [plain, waiting])
def test_the_fields_of_groups_are_shown_in_their_place(function: object) -> None:
    shown = inspect.signature(grouped(function))  # type: ignore[type-var]
    assert list(shown.parameters) == ["first", "where", "how", "when", "last"]
    assert shown.parameters["where"].annotation == Annotated[str, "a place"]
    defaults = {name: one.default for name, one in shown.parameters.items()}
    assert defaults == {
        "first": inspect.Parameter.empty,
        "where": inspect.Parameter.empty,
        "how": 3,
        "when": 0.5,
        "last": False,
    }
    assert shown.return_annotation == tuple[object, ...]


def test_the_function_receives_instances() -> None:
    given = {"first": 1, "where": "here", "how": 2, "when": 1.5, "last": True}
    expected = (1, Place("here", 2), Time(1.5), True)
    assert grouped(plain)(**given) == expected  # type: ignore[arg-type]
    made = grouped(waiting)
    assert inspect.iscoroutinefunction(made)
    assert asyncio.run(made(**given)) == expected  # type: ignore[arg-type]
