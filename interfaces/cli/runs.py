"""`pygent runs` and `pygent status`: how runs stand, also while they go."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, Any

import typer

from interfaces.cli.session import Json, Session, console, print_json

if TYPE_CHECKING:
    from archive.types import RunRecord


def register(app: typer.Typer) -> None:
    app.command()(runs)
    app.command()(status)


def runs(ctx: typer.Context, json: Json = False) -> None:
    """List the runs of this archive, oldest first."""
    session: Session = ctx.obj
    with session.archive(read_only=True) as archive:
        found = [_row(session, run) | {"attempts": archive.stats(run.id).variants} for run in archive.runs()]
    if json:
        print_json(found)
        return
    from rich.table import Table

    table = Table(box=None)
    for column in ("run", "target", "state", "begun", "time", "attempts"):
        table.add_column(column)
    for row in found:
        table.add_row(
            row["run"], row["target"], row["state"], row["begun"], row["time"], str(row["attempts"])
        )
    console().print(table if found else "no runs yet; `pygent evolve TARGET` begins one")


def status(
    ctx: typer.Context,
    run: Annotated[str, typer.Argument(help="Run, by a unique prefix of its id.")],
    json: Json = False,
) -> None:
    """Show how a run stands: state, counts, best so far, spend."""
    session: Session = ctx.obj
    with session.archive(read_only=True) as archive:
        record = archive.run(archive.find_run(run))
        best = archive.best(record.id)
        measured = [] if best is None else archive.records(best.id, kind="evaluation")
        trust = measured[-1].data["trust"] if measured else None
        stats = asdict(archive.stats(record.id))
    told = _row(session, record) | {
        "wish": record.wish,
        "stopped_by": record.stopped_by,
        "best": None
        if best is None
        else {"variant": best.id, "score": best.score, "status": best.status, "trust": trust},
        "stats": stats,
        "health": record.health,
    }
    if json:
        print_json(told)
        return
    for name in ("run", "target", "state", "begun", "time", "stopped_by"):
        if told[name]:
            typer.echo(f"{name:<12}{told[name]}")
    for name, count in stats["statuses"].items():
        typer.echo(f"{name:<12}{count}")
    usage = stats["usage"]
    if usage["calls"]:
        tokens = usage["prompt_tokens"] + usage["completion_tokens"]
        typer.echo(f"{'spent':<12}${usage['dollars']:.4f}, {tokens} tokens in {usage['calls']} calls")
    if best is not None:
        score = "none" if best.score is None else f"{best.score:.6g}"
        typer.echo(f"{'best':<12}{best.id} ({best.status.value}), score {score}, {trust}")
    for text in _health(record.health):
        typer.echo(text)
    if told["state"] == "dead":
        typer.echo(f"its process is gone; `pygent resume {record.id}` goes on where it was")


def _health(health: Any) -> list[str]:
    """A line for each model and MCP server that was not well when the run last said so."""
    from prompts.quote import line

    return [
        f"{name:<12}{one['state']}: {line(str(one['reason']))}"
        for kind in ("models", "servers", "run")
        for name, one in ((health or {}).get(kind) or {}).items()
        if one["reason"]
    ]


def _row(session: Session, run: RunRecord) -> dict[str, Any]:
    """`state` is running, paused, finished, or dead: marked as running with no process at it."""
    from datetime import datetime

    from archive.locks import is_alive
    from interfaces.cli.live import clock

    alive = is_alive(session.home, run.id)
    state = run.state if run.state != "running" or alive else "dead"
    begun = datetime.fromtimestamp(run.created).astimezone().isoformat(" ", "seconds")
    return {
        "run": run.id,
        "target": run.target,
        "state": state,
        "begun": begun,
        "seconds": run.seconds,
        "time": clock(run.seconds),
    }
