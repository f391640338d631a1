"""`pygent sandbox forge`: programs that try to be scored higher than they have earned, put to every suite."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from pygent.interfaces.cli.context import Backend, Image, Json, Runtime, print_json

if TYPE_CHECKING:
    from pygent.benchmarks.forgeries.baseline_evaluators import BaselineReport
    from pygent.benchmarks.forgeries.forgery_audit import ForgeryVerdict, Report


SUITES = ("cases", "pytest", "loaders", "objective", "timing", "timing_file")
NAME, SUITE, PEER = 29, 20, 10  # widths of the columns


def register(group: typer.Typer) -> None:
    group.command()(forge)


def forge(
    sandbox: Backend = "auto",
    image: Image = None,
    runtime: Runtime = None,
    fast: Annotated[bool, typer.Option("--fast", help="A choice of them, in well under a minute.")] = False,
    compare: Annotated[
        bool | None,
        typer.Option(
            "--compare/--no-compare",
            help="Also put them to evaluators as they are commonly written; with --fast only if asked.",
        ),
    ] = None,
    only: Annotated[list[str] | None, typer.Option(help="Name of a forgery; repeatable.")] = None,
    json: Json = False,
) -> None:
    """Try to forge a score; exit 1 where one of the suites gave one, or failed an honest program."""
    import secrets

    from pygent.benchmarks.forgeries.forgery_audit import forge as measure
    from pygent.benchmarks.forgeries.forgery_corpus import read_corpus
    from pygent.evolution.settings.opened_sandbox import opened_sandbox

    corpus = read_corpus()
    if unknown := set(only or ()) - {one.name for one in corpus}:
        raise typer.BadParameter(f"--only: no forgery is called {', '.join(sorted(unknown))}")
    quick = [one for one in corpus if one.fast or not fast]
    chosen = [one for one in corpus if one.name in only] if only else quick
    with opened_sandbox(sandbox, image, runtime) as box:
        report = measure(
            box,
            chosen,
            seed=secrets.randbits(63),
            compare=not fast if compare is None else compare,
            said=lambda row: None if json else typer.echo(f"  {row.forgery.name}", err=True),
        )
    if json:
        print_json(report.to_json())
    else:
        _show(report)
    if not report.held:
        raise typer.Exit(1)


def _show(report: Report) -> None:
    """Plain columns: a table that fits itself to a narrow terminal would cut what it is about."""
    forged = report.forged()
    widths = {name: SUITE if name in SUITES else max(PEER, len(name)) for name in forged}
    typer.echo("forgery".ljust(NAME) + "  ".join(name.ljust(width) for name, width in widths.items()))
    for row in report.rows:
        verdicts, peers = {str(name): one for name, one in row.suites.items()}, row.peers
        cells = (_cell(verdicts.get(name), peers.get(name)).ljust(width) for name, width in widths.items())
        typer.echo((row.forgery.name.ljust(NAME) + "  ".join(cells)).rstrip())
    counts = (str(count).ljust(widths[name]) for name, count in forged.items())
    typer.echo((f"forged, of {len(report.rows)}".ljust(NAME) + "  ".join(counts)).rstrip())
    for words in report.controls:
        typer.echo(f"CONTROL  {words}")
    held = "held" if report.held else "NOT HELD"
    typer.echo(f"{held}: {len(report.rows)} forgeries, {report.seconds:.0f} s, {report.sandbox}")


def _cell(verdict: ForgeryVerdict | None, told: BaselineReport | None) -> str:
    if verdict is not None:
        score = "-" if verdict.score is None else f"{verdict.score:.2g}"
        return f"{score} {verdict.stop}" if verdict.held else f"FORGED {score}"
    if told is None:
        return ""
    score = "-" if told.score is None else f"{told.score:.2g}"
    return f"FORGED {score}" if told.forged else score
