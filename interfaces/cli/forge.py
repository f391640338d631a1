"""`pygent sandbox forge`: programs that try to be scored higher than they have earned, put to every suite."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING, Annotated

import typer

from interfaces.cli.session import Image, Json, SandboxKind, print_json

if TYPE_CHECKING:
    from benchmarks.forging import Report, Row

Backend = Annotated[
    SandboxKind, typer.Option("--sandbox", "--backend", help="Where the programs run; both names mean it.")
]


def register(group: typer.Typer) -> None:
    group.command()(forge)


def forge(
    sandbox: Backend = "auto",
    image: Image = None,
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
    """Try to forge a score; exit 1 where one of the four suites gave one, or an honest program lost its own."""
    from benchmarks.forgeries.corpus import read_corpus
    from benchmarks.forging import forge as measure
    from sandbox.select import open_sandbox

    corpus = read_corpus()
    if unknown := set(only or ()) - {one.name for one in corpus}:
        raise typer.BadParameter(f"--only: no forgery is called {', '.join(sorted(unknown))}")
    chosen = (
        [one for one in corpus if one.name in only]
        if only
        else [one for one in corpus if one.fast or not fast]
    )
    box = open_sandbox(sandbox, base=image)
    try:
        report = measure(
            box,
            chosen,
            seed=secrets.randbits(63),
            compare=not fast if compare is None else compare,
            said=lambda row: None if json else _told(row),
        )
    finally:
        box.close()
    if json:
        print_json(report.to_json())
    else:
        _summed(report)
    if not report.held:
        raise typer.Exit(1)


def _told(row: Row) -> None:
    typer.echo(f"{'held' if row.held else 'FORGED':<7}{row.forgery.name}")


def _summed(report: Report) -> None:
    for name, count in report.forged().items():
        typer.echo(f"{name:<20}{count} of {len(report.rows)}")
    for words in report.controls:
        typer.echo(f"CONTROL  {words}")
