"""`pygent runs` and `pygent status`: the state of runs, live ones included."""

from __future__ import annotations

import typer

from pygent.interfaces.cli.context import CliContext, Json, print_json
from pygent.interfaces.cli.id_arguments import RunId
from pygent.interfaces.common.terminal import console


def register(app: typer.Typer) -> None:
    app.command()(runs)
    app.command()(status)


def runs(ctx: typer.Context, json: Json = False) -> None:
    """List the runs of this archive, oldest first."""
    from pygent.interfaces.views import run_views as views

    session: CliContext = ctx.obj
    with session.archive(read_only=True) as archive:
        found = views.runs(archive, session.home)
    if json:
        print_json(found)
        return
    from rich.table import Table

    from pygent.interfaces.views.verdict_text import clock

    table = Table(box=None)
    for column in ("run", "target", "state", "begun", "time", "attempts"):
        table.add_column(column)
    for row in found:
        table.add_row(row.run, row.target, row.state, row.begun, clock(row.seconds), str(row.attempts))
    console().print(table if found else "no runs yet; `pygent evolve TARGET` starts one")


def status(
    ctx: typer.Context,
    run: RunId,
    json: Json = False,
) -> None:
    """Show the state of a run: counts, best so far, spend."""
    from pygent.interfaces.views import run_views as views

    session: CliContext = ctx.obj
    with session.archive(read_only=True) as archive:
        found = views.status(archive, session.home, run)
    if json:
        print_json(found)
        return
    from pygent.interfaces.views.verdict_text import clock
    from pygent.prompts.quote import line

    for name, text in (
        ("run", found.run),
        ("target", found.target),
        ("state", found.state),
        ("begun", found.begun),
    ):
        typer.echo(f"{name:<12}{text}")
    typer.echo(f"{'time':<12}{clock(found.seconds)}")
    if found.stopped_by:
        typer.echo(f"{'stopped by':<12}{found.stopped_by}")
    for name, count in found.stats.statuses.items():
        typer.echo(f"{name:<12}{count}")
    if found.stats.findings:
        typer.echo(f"{'findings':<12}{found.stats.findings} (attempts that ended with no change)")
    best, usage = found.best, found.stats.usage
    if usage.calls:
        typer.echo(f"{'spent':<12}${usage.dollars:.4f}, {usage.tokens} tokens in {usage.calls} calls")
    if best is not None:
        score = "none" if best.score is None else f"{best.score:.6g}"
        typer.echo(f"{'best':<12}{best.variant} ({best.status}), score {score}, {best.trust}")
    for one in found.troubles:
        typer.echo(f"{one.name:<12}{one.state}: {line(one.reason)}")
    if found.state == "dead":
        typer.echo(f"its process is gone; `pygent resume {found.run}` continues it")
