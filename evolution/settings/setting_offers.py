"""The commands that take a key of `RunConfig` as an option, besides `pygent.toml` and the environment."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from pydantic import BaseModel
from pydantic.fields import FieldInfo

Command = Literal["evolve", "resume", "agent_run", "start_run", "resume_run"]


@dataclass(frozen=True)
class Offered:
    """A key is an option of `to`, commands and MCP tools by name, under the heading `panel` of their help.

    `is_list` marks a comma-separated string of names that is given as a repeatable option. `in_replay` says
    that the environment variable also overrides the record of a replayed run.
    """

    panel: str
    to: frozenset[Command]
    is_list: bool = False
    in_replay: bool = False


@dataclass(frozen=True)
class Withheld:
    """A key is not an option of any command; `why` says how it is given instead."""

    why: str


def offered(panel: str, *to: Command, is_list: bool = False, in_replay: bool = False) -> Offered:
    """Offer a key to `evolve` and to each of `to`."""
    return Offered(panel, frozenset({"evolve", *to}), is_list, in_replay)


def fields_of(config: type[BaseModel], command: Command) -> Iterator[tuple[str, FieldInfo, Offered]]:
    """The keys that `command` takes, in their order of declaration."""
    for name, field in config.model_fields.items():
        for mark in field.metadata:
            if isinstance(mark, Offered) and command in mark.to:
                yield name, field, mark
