"""Options of commands that a generated file takes from `RunConfig`, so that `--help` imports no pydantic."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any, Literal, Optional

import typer
from typer.core import TyperCommand

from pygent.interfaces.common.grouped_parameters import KEYWORD, Function, RunSettings, expanded

if TYPE_CHECKING:
    from typer._click import Context, HelpFormatter

Number = int | float
OTHERS = "Options"


@dataclass(frozen=True)
class RunOption:
    """A key of `RunConfig` on the command line. Its help stands under the heading `panel`.

    `kind` is a type, or the names to choose from. `default` is what the key is if nobody gives it, in words.
    `to` names the commands beside `evolve` that take it. `variable` goes before what a replayed run recorded.
    """

    name: str
    kind: type | tuple[str, ...]
    panel: str
    help: str
    bounds: tuple[Number | None, Number | None] = (None, None)
    default: str = ""
    to: tuple[str, ...] = ()
    variable: str | None = None

    def parameter(self, *, fresh: bool) -> inspect.Parameter:
        """As typer reads it from a signature. A run that is not `fresh` keeps what it was begun with, so no
        default and no variable counts."""
        kind: Any = Literal[self.kind] if isinstance(self.kind, tuple) else self.kind
        option = typer.Option(
            f"--{self.name.replace('_', '-')}",
            help=f"{self.help} Default: {self.default}." if fresh and self.default else self.help,
            min=self.bounds[0],
            max=self.bounds[1],
            envvar=self.variable if fresh else None,
            rich_help_panel=self.panel,
        )
        return inspect.Parameter(
            self.name,
            KEYWORD,
            default=None,
            annotation=Annotated[Optional[kind], option],  # noqa: UP045 - `kind` is a value
        )


def with_run_options(declared: Sequence[RunOption], *, fresh: bool = True) -> Callable[[Function], Function]:
    """Give a command one option for each of `declared` in place of its parameter `options`, which receives
    the values by name: None for what was not given, and names by commas for a list."""
    parts = [one.parameter(fresh=fresh) for one in declared]

    def build(values: Mapping[str, object]) -> RunSettings:
        return {name: _value(value) for name, value in values.items()}

    return lambda command: expanded(command, "options", parts, build)


def _value(given: object) -> object:
    return (",".join(given) or None) if isinstance(given, list) else given


class Panels(TyperCommand):
    """A command whose help has its options under their headings, plainly written, its own options first."""

    def format_options(self, ctx: Context, formatter: HelpFormatter) -> None:
        panels: dict[str, list[tuple[str, str]]] = {"Arguments": [], OTHERS: []}
        for one in self.get_params(ctx):
            record = one.get_help_record(ctx)
            if record is not None:
                argument = one.param_type_name == "argument"
                panel = "Arguments" if argument else getattr(one, "rich_help_panel", None) or OTHERS
                panels.setdefault(panel, []).append(record)
        for panel, records in panels.items():
            if records:
                with formatter.section(panel):
                    formatter.write_dl(records)
