"""The groups of commands in `pygent --help`, by what people want to do."""

from __future__ import annotations

from typing import TYPE_CHECKING

from typer.core import TyperGroup

if TYPE_CHECKING:
    from typer._click import Context, HelpFormatter

WHOLE = 500  # characters: the first sentence is never cut
HELP = frozenset({"-h", "--help"})
SECTIONS = {
    "Run": ("evolve", "watch", "pause", "resume", "stop"),
    "Look": ("runs", "status", "archive", "prompts", "review", "report"),
    "Decide": ("queue", "approve", "reject", "annotate", "hint", "apply", "rollback"),
    "Measure": ("bench", "analyze", "safety", "sandbox"),
    "Set up": ("doctor", "targets", "trust", "agent", "mcp", "models"),
}


class Sections(TyperGroup):
    """Prints plain text: importing the library that draws boxes would double the time of `--help`."""

    def parse_args(self, ctx: Context, args: list[str]) -> list[str]:
        """If a command's help is asked for, skip the options before it: reading them imports pydantic."""
        _, rest, _ = self.make_parser(ctx).parse_args(list(args))
        if rest and HELP.intersection(rest[1:]) and rest[0] in self.commands:
            self.commands[rest[0]].make_context(rest[0], rest[1:], parent=ctx)  # prints it, and exits
        return super().parse_args(ctx, args)

    def format_commands(self, ctx: Context, formatter: HelpFormatter) -> None:
        for title, names in SECTIONS.items():
            with formatter.section(title):
                formatter.write_dl([(name, self.commands[name].get_short_help_str(WHOLE)) for name in names])
