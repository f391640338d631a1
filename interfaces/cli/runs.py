"""`pygent runs` and `pygent status`: how runs stand, also while they go."""

from __future__ import annotations

from typing import Any

import typer

from pygent.interfaces.cli.ids import RunId
from pygent.interfaces.cli.session import CliContext, Json, console, print_json


def register(app: typer.Typer) -> None:
    app.command()(runs)
    app.command()(status)


def runs(ctx: typer.Context, json: Json = False) -> None:
    """List the runs of this archive, oldest first."""
    from pygent.interfaces.views import runs as views

    session: CliContext = ctx.obj
    with session.archive(read_only=True) as archive:
        found = views.runs(archive, session.home)
    if json:
        print_json(found)
        return
    from rich.table import Table

    from pygent.interfaces.views.words import clock

    table = Table(box=None)
    for column in ("run", "target", "state", "begun", "time", "attempts"):
        table.add_column(column)
    for row in found:
        time, attempts = clock(row["seconds"]), str(row["attempts"])
        table.add_row(row["run"], row["target"], row["state"], row["begun"], time, attempts)
    console().print(table if found else "no runs yet; `pygent evolve TARGET` begins one")


def status(
    ctx: typer.Context,
    run: RunId,
    json: Json = False,
) -> None:
    """Show how a run stands: state, counts, best so far, spend."""
    from pygent.interfaces.views import runs as views

    session: CliContext = ctx.obj
    with session.archive(read_only=True) as archive:
        told = views.status(archive, session.home, run)
    if json:
        print_json(told)
        return
    from pygent.interfaces.views.words import clock

    for name in ("run", "target", "state", "begun"):
        typer.echo(f"{name:<12}{told[name]}")
    typer.echo(f"{'time':<12}{clock(told['seconds'])}")
    if told["stopped_by"]:
        typer.echo(f"{'stopped by':<12}{told['stopped_by']}")
    stats, best = told["stats"], told["best"]
    for name, count in stats["statuses"].items():
        typer.echo(f"{name:<12}{count}")
    usage = stats["usage"]
    if usage["calls"]:
        tokens = usage["prompt_tokens"] + usage["completion_tokens"]
        typer.echo(f"{'spent':<12}${usage['dollars']:.4f}, {tokens} tokens in {usage['calls']} calls")
    if best is not None:
        score = "none" if best["score"] is None else f"{best['score']:.6g}"
        typer.echo(f"{'best':<12}{best['variant']} ({best['status']}), score {score}, {best['trust']}")
    for text in _health(told["health"]):
        typer.echo(text)
    if told["state"] == "dead":
        typer.echo(f"its process is gone; `pygent resume {told['run']}` goes on where it was")


def _health(health: Any) -> list[str]:
    """A line for each model and MCP server that was not well when the run last said so."""
    from pygent.prompts.quote import line

    return [
        f"{name:<12}{one['state']}: {line(str(one['reason']))}"
        for kind in ("models", "servers", "run")
        for name, one in ((health or {}).get(kind) or {}).items()
        if one["reason"]
    ]
