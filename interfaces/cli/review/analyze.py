"""`pygent analyze`: where the bug behind failing tests may lie."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from pygent.interfaces.cli.context import Json, SandboxOptions, print_json
from pygent.interfaces.cli.id_arguments import TargetName
from pygent.interfaces.common.grouped_parameters import grouped

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pygent.target_modules.fault_localization import Suspect


def register(app: typer.Typer) -> None:
    app.command()(grouped(analyze))


def analyze(
    target: TargetName,
    top: Annotated[int, typer.Option(min=1, help="Most lines, and most symbols, to list.")] = 20,
    everything: Annotated[
        bool, typer.Option("--all", help="Also lines that the manifest does not let a variant change.")
    ] = False,
    seed: Annotated[int, typer.Option(min=0, help="Seed for the cases, if a grader draws them.")] = 0,
    *,
    place: SandboxOptions,
    json: Json = False,
) -> None:
    """Rank lines by how much failing tests, and only those, run them (Ochiai). Exit 0 even if none fails."""
    from pygent.benchmarks.testing.spectrum import take_spectrum
    from pygent.target_modules.fault_localization import by_symbol, suspects
    from pygent.target_modules.spec.target_registry import find_to_run

    found = find_to_run(target)
    tree = found.tree()
    with place.opened() as box:
        spectrum = take_spectrum(found, tree, box, seed)
    ranked = suspects(spectrum, tree, found.manifest.editable)
    shown = [one for one in ranked if everything or one.editable]
    symbols = by_symbol(shown)
    failing = [name for number, name in enumerate(spectrum.tests) if spectrum.failing >> number & 1]
    if json:
        counts = {"target": found.name, "tests": len(spectrum.tests), "failing": failing}
        ranking = {"symbols": symbols[:top], "lines": shown[:top]}
        print_json(counts | ranking)
        return
    if not failing:
        typer.echo(f"{found.name}: {len(spectrum.tests)} tests, none of them fails: nothing to localise")
        return
    typer.echo(f"{found.name}: {len(failing)} of {len(spectrum.tests)} tests fail")
    if not shown:
        more = "; --all shows the others" if ranked else ""
        typer.echo(f"they run no line that may be changed{more}")
        return
    _print("most suspicious symbols", symbols[:top])
    _print("most suspicious lines", shown[:top])


def _print(title: str, ranked: Sequence[Suspect]) -> None:
    from pygent.prompts.quote import line

    head = ("score", "failing", "passing", "place", "symbol", "source")
    rows = [head]
    for one in ranked:
        figures = (f"{one.score:.3f}", str(one.failing), str(one.passing))
        rows.append((*figures, line(f"{one.path}:{one.line}"), one.symbol or "(module)", line(one.text, 90)))
    widths = [max(len(row[column]) for row in rows) for column in range(len(head) - 1)]
    typer.echo(f"\n{title}")
    for row in rows:
        left = (f"{word:>{width}}" for word, width in zip(row[:3], widths, strict=False))
        right = (f"{word:<{width}}" for word, width in zip(row[3:], widths[3:], strict=False))
        typer.echo("  ".join((*left, *right, row[-1])))
