"""Diffs in a terminal: coloured, with control characters escaped."""

from __future__ import annotations

import sys


def show_diff(diff: str) -> None:
    """Print a unified diff. Control characters of a variant's source are shown, not obeyed."""
    from rich.text import Text

    from pygent.prompts.quote import escape

    if not sys.stdout.isatty():
        sys.stdout.write(escape(diff))
        return
    from pygent.interfaces.common.terminal import console

    out = console()
    for line in escape(diff).splitlines():
        out.print(Text(line, style=_style(line)), soft_wrap=True)


def _style(line: str) -> str:
    if line.startswith(("+++", "---")):
        return "bold"
    return {"+": "green", "-": "red", "@": "cyan"}.get(line[:1], "")
