"""`pygent safety`: what the gate says of a patch, before anything is run."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from pygent.interfaces.cli.context import Json, print_json

app = typer.Typer(help="What the gate says of a patch.", no_args_is_help=True)


@app.callback()
def group() -> None:
    """What the gate says of a patch."""


@app.command()
def check(
    patch: Annotated[Path, typer.Argument(help="File: a JSON patch, a unified diff, SEARCH/REPLACE blocks.")],
    target: Annotated[str, typer.Option(help="Name of a bundled target, or folder of a target.toml.")],
    json: Json = False,
) -> None:
    """Gate a patch against a target's source; exit 1 where there are findings."""
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
