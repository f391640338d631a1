"""`pygent targets`: make, list and check what may be evolved."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer

from interfaces.cli.session import Image, Json, print_json

app = typer.Typer(help="Make, list and check targets.", no_args_is_help=True)


@app.command()
def init(
    module: Annotated[Path, typer.Option(help="The Python file.")],
    function: Annotated[str, typer.Option(help="The function in it that is measured.")],
    cases: Annotated[
        Path, typer.Option(help='JSONL: {"args": [...], "kwargs": {...}, "expected": ...} a line.')
    ],
    out: Annotated[Path, typer.Option(help="New folder for the target.")],
    objective: Annotated[
        Literal["correctness", "speed"],
        typer.Option(help="Pass more cases, or be faster at the same answers."),
    ] = "correctness",
    json: Json = False,
) -> None:
    """Make a target of a module of your own."""
    from target_modules.init import init as make

    made = make(module, function, cases, out, objective=objective)
    if json:
        print_json({"target": made.target.name, "folder": str(out), "notes": list(made.notes)})
        return
    typer.echo(f"target {made.target.name} written to {out}")
    for note in made.notes:
        typer.echo(f"  {note}")
    typer.echo(f"next: pygent targets check {out}    then: pygent evolve {out}")


@app.command("list")
def list_targets(
    deps: Annotated[
        bool, typer.Option("--deps", help="With the targets that each builds on, these first.")
    ] = False,
    json: Json = False,
) -> None:
    """List the bundled targets."""
    from target_modules.registry import bundled, in_order

    found = in_order(bundled()) if deps else bundled()
    if json:
        print_json(
            [
                {
                    "name": target.name,
                    "goal": target.manifest.goal,
                    "suite": target.manifest.suite.kind,
                    "trust": target.manifest.trust,
                    "objective": target.primary.model_dump(),
                    "depends": list(target.manifest.depends),
                }
                for target in found
            ]
        )
        return
    for target in found:
        first = target.manifest.goal.splitlines()[0]
        typer.echo(f"{target.name:<24}{target.manifest.suite.kind:<10}{first}")
        if deps:
            typer.echo(f"{'':<24}builds on: {', '.join(target.manifest.depends) or 'nothing'}")


@app.command()
def check(
    directory: Annotated[str, typer.Argument(help="Folder of a target.toml, or name of a bundled target.")],
    sandbox: Annotated[Literal["auto", "docker"], typer.Option(help="Where untrusted code runs.")] = "auto",
    image: Image = None,
    json: Json = False,
) -> None:
    """Check a target: manifest, dependencies, cases, and its baseline in the sandbox."""
    from benchmarks.check import check_target
    from sandbox.select import open_sandbox
    from target_modules.registry import find_target

    found = find_target(directory)
    box = open_sandbox(sandbox, base=image)
    try:
        result = check_target(found, box)
    finally:
        box.close()
    if json:
        told = {"score": result.score, "trust": result.trust.value, "metrics": dict(result.metrics)}
        print_json({"target": found.name, **told})
    else:
        score = "none" if result.score is None else f"{result.score:.6g}"
        typer.echo(
            f"{found.name}: usable; its baseline scores {score} "
            f"({result.passed} of {result.total} passed, {result.trust.value})"
        )
