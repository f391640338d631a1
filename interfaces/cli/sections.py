"""The commands by what people want to do, as `pygent --help` lists them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from typer.core import TyperGroup

if TYPE_CHECKING:
    from typer._click import Context, HelpFormatter

WHOLE = 500  # characters: the first sentence is never cut
SECTIONS = {
    "Run": ("evolve", "watch", "pause", "resume", "stop"),
    "Look": ("runs", "status", "archive", "review", "report"),
    "Decide": ("queue", "approve", "reject", "annotate", "apply", "rollback"),
    "Measure": ("bench", "analyze", "safety", "sandbox"),
    "Set up": ("doctor", "targets", "trust", "agent", "mcp", "models"),
}


class Sections(TyperGroup):
    """Written plainly: importing what draws boxes would double the time of `--help`."""

    def format_commands(self, ctx: Context, formatter: HelpFormatter) -> None:
        for title, names in SECTIONS.items():
            with formatter.section(title):
                formatter.write_dl([(name, self.commands[name].get_short_help_str(WHOLE)) for name in names])
