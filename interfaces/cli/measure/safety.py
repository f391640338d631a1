"""`pygent safety`: gate a patch, without running anything."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from pygent.interfaces.cli.context import Json, print_json

app = typer.Typer(help="Gate a patch without running it.", no_args_is_help=True)


@app.callback()
def group() -> None:
    """Gate a patch without running it."""


@app.command()
def check(
    patch: Annotated[
        Path, typer.Argument(help="File with a JSON patch, a unified diff, or SEARCH/REPLACE blocks.")
    ],
    target: Annotated[str, typer.Option(help="Name of a bundled target, or folder with a target.toml.")],
    json: Json = False,
) -> None:
    """Gate a patch against a target's source; exit 1 if there are findings."""
    from pygent.prompts.quote import line
    from pygent.target_modules.gate.gate_rules import gate_text
    from pygent.target_modules.spec.manifest import TargetError
    from pygent.target_modules.spec.target_registry import find_target

    found = find_target(target)
    try:
        text = patch.read_text()
    except (OSError, UnicodeDecodeError) as error:
        raise TargetError(f"{patch}: cannot be read: {error}") from None
    findings = gate_text(found, text)
    if json:
        print_json({"ok": not findings, "findings": findings})
    else:
        typer.echo("\n".join(line(str(finding), 300) for finding in findings) or "no findings")
    if findings:
        raise typer.Exit(1)
