"""`pygent targets`: make, list and check what may be evolved."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from pygent.interfaces.cli.context import Json, SandboxOptions, print_json
from pygent.interfaces.cli.setup import target_imports
from pygent.interfaces.cli.setup.target_options import (
    EvaluatorWay,
    ModuleWay,
    PackageWay,
    TargetPurpose,
    chosen_maker,
)
from pygent.interfaces.common.grouped_parameters import grouped

app = typer.Typer(help="Make, list and check targets.", no_args_is_help=True)
target_imports.register(app)


@app.command()
@grouped
def init(
    out: Annotated[Path, typer.Option(help="New folder for the target.")],
    module: ModuleWay,
    package: PackageWay,
    evaluator: EvaluatorWay,
    wanted: TargetPurpose,
    place: SandboxOptions,
    json: Json = False,
) -> None:
    """Make a target from a module and its cases, a package and its tests, or an evaluator and its program."""
    make = chosen_maker((package, module, evaluator), out, wanted)
    made = make(place.opened, (lambda text: None) if json else typer.echo)
    if json:
        print_json({"target": made.name, "folder": str(out), "notes": made.notes})
        return
    typer.echo(f"target {made.name} written to {out}")
    for note in made.notes:
        typer.echo(f"  {note}")
    typer.echo(f"next: pygent targets check {out}    then: pygent evolve {out}")


@app.command("tests")
@grouped
def look_at_tests(
    directory: Annotated[str, typer.Argument(help="Folder with a target.toml that has `suite.tests`.")],
    why: Annotated[
        bool, typer.Option("--why", help="List each test, and what keeps it from being sealed.")
    ] = False,
    *,
    place: SandboxOptions,
    json: Json = False,
) -> None:
    """Run a target's tests again: which pass, and which can run sealed. Writes tests.json."""
    from pygent.benchmarks.testing.collect_inventory import take_inventory
    from pygent.prompts.quote import line
    from pygent.target_modules.spec.manifest import TargetError
    from pygent.target_modules.spec.target_registry import find_target
    from pygent.target_modules.trust.exhibit import require
    from pygent.target_modules.trust.target_exhibits import as_written, of_target

    found = find_target(directory)
    require(*of_target(found, tests=False))  # these are written anew
    if not found.manifest.suite.tests:
        raise TargetError(f"{found.root / 'target.toml'}: suite.tests: no tests are named")
    with place.opened() as box:
        inventory = take_inventory(found, box)
    inventory.write(found.root)
    as_written(found)
    if json:
        print_json(inventory.model_dump(mode="json"))
        return
    for text in inventory.lines():
        typer.echo(text)
    if why:
        for one in inventory.tests:
            typer.echo(f"{one.verdict:<8}{one.trust.value:<12}{line(one.id, 200)}  {line(one.why, 200)}")


@app.command("list")
def list_targets(
    deps: Annotated[
        bool, typer.Option("--deps", help="Also show the targets that each builds on, and list those first.")
    ] = False,
    json: Json = False,
) -> None:
    """List the bundled targets."""
    from pygent.target_modules.spec.target_registry import bundled, in_order

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
@grouped
def check(
    directory: Annotated[str, typer.Argument(help="Folder with a target.toml, or name of a bundled target.")],
    *,
    place: SandboxOptions,
    json: Json = False,
) -> None:
    """Check a target: manifest, dependencies, cases, and its baseline in the sandbox."""
    from pygent.benchmarks.learned_limits import unfinished
    from pygent.benchmarks.target_check import check_target
    from pygent.target_modules.spec.target_registry import find_to_run

    found = find_to_run(directory)
    with place.opened() as box:
        result = check_target(found, box, tell=lambda line: typer.echo(line, err=True))
    if json:
        baseline = {"score": result.score, "trust": result.trust.value, "metrics": dict(result.metrics)}
        print_json({"target": found.name, **baseline})
    else:
        score = "none" if result.score is None else f"{result.score:.6g}"
        typer.echo(
            f"{found.name}: usable; its baseline scores {score} "
            f"({result.passed} of {result.total} passed, {result.trust.value})"
        )
        for line in filter(None, (result.limits, unfinished(found, result))):
            typer.echo(line)
