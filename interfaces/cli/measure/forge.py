"""`pygent sandbox forge`: runs programs that try to earn a false score through every suite."""

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
    fast: Annotated[bool, typer.Option("--fast", help="Only a selection, in well under a minute.")] = False,
    compare: Annotated[
        bool | None,
        typer.Option(
            "--compare/--no-compare",
            help="Also try them on evaluators as commonly written; the default, except with --fast.",
        ),
    ] = None,
    only: Annotated[list[str] | None, typer.Option(help="Only this forgery, by name; repeatable.")] = None,
    json: Json = False,
) -> None:
    """Try to forge a score; exit 1 if a suite gave one, or failed an honest program."""
    import secrets

    from pygent.benchmarks.forgeries.forgery_audit import forge as measure
    from pygent.benchmarks.forgeries.forgery_corpus import read_corpus
    from pygent.evolution.settings.opened_sandbox import opened_sandbox

    corpus = read_corpus()
    if unknown := set(only or ()) - {one.name for one in corpus}:
        raise typer.BadParameter(f"--only: no forgery is named {', '.join(sorted(unknown))}")
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
    """Print plain columns: a table that adapts to a narrow terminal would cut off the verdicts."""
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


def _cell(verdict: ForgeryVerdict | None, baseline: BaselineReport | None) -> str:
    if verdict is not None:
        score = "-" if verdict.score is None else f"{verdict.score:.2g}"
        return f"{score} {verdict.stop}" if verdict.held else f"FORGED {score}"
    if baseline is None:
        return ""
    score = "-" if baseline.score is None else f"{baseline.score:.2g}"
    return f"FORGED {score}" if baseline.forged else score
