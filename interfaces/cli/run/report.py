"""`pygent report`: a run in one file, to share."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer

from pygent.interfaces.cli.context import CliContext, run_or_latest
from pygent.interfaces.cli.id_arguments import LatestRunId


def register(app: typer.Typer) -> None:
    app.command()(report)


def report(
    ctx: typer.Context,
    run: LatestRunId = None,
    out: Annotated[
        Path | None, typer.Option(help="File to write; standard output if left out.", dir_okay=False)
    ] = None,
    format: Annotated[
        Literal["html", "md"],
        typer.Option(help="html: one self-contained file; md: Markdown for a pull request."),
    ] = "html",
) -> None:
    """Write a report of a run: scores with intervals, the best diffs, lineage, cost."""
    from pygent.interfaces.report.report_page import html, markdown

    session: CliContext = ctx.obj
    with session.archive(read_only=True) as archive:
        id = run_or_latest(archive, run)
        text = (html if format == "html" else markdown)(archive, session.home, id)
    if out is None:
        typer.echo(text, nl=False)
        return
    try:
        out.write_text(text, encoding="utf-8", errors="backslashreplace")
    except OSError as error:
        raise typer.BadParameter(f"--out {out}: {error.strerror}") from None
    typer.echo(f"report of run {id} written to {out}")
