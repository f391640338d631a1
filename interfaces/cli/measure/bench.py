"""`pygent bench`: evaluate a tree outside any run."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from pygent.interfaces.cli.context import Json, LimitOptions, SandboxOptions, print_json
from pygent.interfaces.cli.id_arguments import TargetName
from pygent.interfaces.common.grouped_parameters import grouped


def register(app: typer.Typer) -> None:
    app.command()(grouped(bench))


def bench(
    target: TargetName,
    tree: Annotated[
        Path | None, typer.Option(help="Folder of the source to evaluate; the target's own if left out.")
    ] = None,
    held_out: Annotated[bool, typer.Option("--held-out", help="Use the held-out cases.")] = False,
    seed: Annotated[
        int | None,
        typer.Option(min=0, help="Seed for the cases; if left out, a random one, which no tree can guess."),
    ] = None,
    *,
    place: SandboxOptions,
    limits: LimitOptions,
    json: Json = False,
) -> None:
    """Evaluate a tree. Exit 0 even if the tree is bad, 1 if it could not be evaluated."""
    from pygent.interfaces.python.measure import bench as measured
    from pygent.target_modules.spec.target_registry import find_target

    result = measured(
        target,
        tree,
        held_out=held_out,
        seed=seed,
        sandbox=place.sandbox,
        image=place.image,
        runtime=limits.runtime,
        waive=limits.waive or (),
    )
    facts = {
        "target": find_target(target).name,
        "passed": result.passed,
        "total": result.total,
        "score": result.score,
        "trust": result.trust.value,
        "metrics": dict(result.metrics),
        "seconds": round(result.seconds, 3),
        "graded": result.graded,
        "reason": result.reason,
        "split": result.split,
        "noise": result.noise,
        "seed": result.seed,
        "limits": result.limits,
        "words": list(result.words),
    }
    if json:
        print_json(facts)
        return
    from pygent.prompts.quote import line

    for name, value in facts.items():
        if name == "metrics":
            for metric, figure in result.metrics.items():
                typer.echo(f"{metric:<20}{figure:.6g}")
        elif name == "words":
            for text in result.words:
                typer.echo(f"{'the grader says':<20}{line(text, 1000)}")
        elif value not in (None, ""):
            typer.echo(f"{name:<20}{line(str(value), 300)}")
