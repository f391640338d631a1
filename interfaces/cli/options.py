"""Options that a generated file copies from `RunConfig`, so `--help` imports no pydantic."""

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
    """A key of `RunConfig` on the command line. `panel` is the heading that `--help` lists it under.

    `kind` is a type, or the names to choose from. `default` says in words what applies if the option is left
    out. `to` names the commands besides `evolve` that take it. The environment `variable` takes precedence
    over what a replayed run recorded.
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
        """The parameter as typer reads it from a signature.

        A run that is not `fresh` keeps its settings, so it ignores default and variable.
        """
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
    """Replace a command's parameter `options` by one option for each of `declared`.

    `options` receives the values by name: None if not given, a list as comma-separated names.
    """
    parts = [one.parameter(fresh=fresh) for one in declared]

    def build(values: Mapping[str, object]) -> RunSettings:
        return {name: _value(value) for name, value in values.items()}

    return lambda command: expanded(command, "options", parts, build)


def _value(given: object) -> object:
    return (",".join(given) or None) if isinstance(given, list) else given


class Panels(TyperCommand):
    """A command whose help lists its options under headings, in plain text, its own options first."""

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
