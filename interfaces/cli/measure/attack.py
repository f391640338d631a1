"""`pygent sandbox attack`: runs programs that try to escape, persist or forge in a real sandbox."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal

import typer

from pygent.interfaces.cli.context import Backend, Image, Json, Runtime, print_json
from pygent.interfaces.common.terminal import console

if TYPE_CHECKING:
    from pygent.sandbox.redteam.attack_runner import AttackResult

Grade = Annotated[
    Literal["container", "process"] | None,
    typer.Option("--isolation", help="Only this isolation grade; both by default."),
]


def register(group: typer.Typer) -> None:
    group.command()(attack)


def attack(
    backend: Backend = "auto",
    isolation: Grade = None,
    image: Image = None,
    runtime: Runtime = None,
    fast: Annotated[bool, typer.Option("--fast", help="Only a selection, in well under a minute.")] = False,
    only: Annotated[list[str] | None, typer.Option(help="Only this attack, by name; repeatable.")] = None,
    json: Json = False,
) -> None:
    """Attack the sandbox from inside with a corpus of programs; exit 1 if one was not held."""
    from pygent.sandbox.api import Isolation
    from pygent.sandbox.backends.select import make_sandbox
    from pygent.sandbox.redteam.attack_corpus import read_attacks
    from pygent.sandbox.redteam.attack_runner import run_attacks

    corpus = read_attacks()
    if unknown := set(only or ()) - {one.name for one in corpus}:
        raise typer.BadParameter(f"--only: no attack is named {', '.join(sorted(unknown))}")
    chosen = [one for one in corpus if (one.name in only if only else one.fast or not fast)]
    sandbox = make_sandbox(backend, base=image, runtime=runtime)
    results: list[AttackResult] = []
    try:
        for grade in [Isolation(isolation)] if isolation else list(Isolation):
            results += run_attacks(sandbox, chosen, grade)
    finally:
        sandbox.close()
    lost = sum(not result.held for result in results)
    if json:
        counts = {"attacks": len(results), "held": len(results) - lost, "not_held": lost}
        rows = [_row(result) for result in results]
        print_json({"sandbox": sandbox.name, **counts, "results": rows})
    else:
        _show(sandbox.name, results)
    if lost:
        raise typer.Exit(1)


def _row(result: AttackResult) -> dict[str, object]:
    """As JSON, with the text of hostile programs escaped: a lone surrogate cannot even be printed."""
    from pygent.prompts.quote import escape

    row = result.to_json()
    return {key: escape(value) if isinstance(value, str) else value for key, value in row.items()}


def _show(name: str, results: list[AttackResult]) -> None:
    from rich.table import Table
    from rich.text import Text

    from pygent.prompts.quote import line

    table = Table("attack", "grade", "what stopped it", "held", "ms", "state after", title=name)
    for one in results:
        words = one.title, one.isolation.value, one.stopped, "held" if one.held else "NOT HELD"
        style = "" if one.held else "red"
        cells = [*words, f"{one.milliseconds:.0f}", one.state]
        table.add_row(*(Text(line(cell), style=style) for cell in cells))
    console().print(table)
    held = sum(one.held for one in results)
    typer.echo(f"{held} of {len(results)} held")
