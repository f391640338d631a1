"""`pygent trust`: agree to what a folder would run or loosen, or revoke that."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from pygent.interfaces.cli.context import Json, print_json


def register(app: typer.Typer) -> None:
    app.command()(trust)


def trust(
    paths: Annotated[
        list[Path] | None,
        typer.Argument(metavar="[PATH]...", help="Folders or files; the current folder if left out."),
    ] = None,
    revoke: Annotated[
        bool, typer.Option("--revoke", help="Revoke trust in everything there and below.")
    ] = False,
    list_: Annotated[bool, typer.Option("--list", help="List everything that is trusted.")] = False,
    json: Json = False,
) -> None:
    """Trust what a folder's files run or loosen, as they are now: settings, servers, profiles, graders."""
    from pygent.interfaces.cli.consent import show
    from pygent.interfaces.common.folder_exhibits import found_at
    from pygent.target_modules.trust.exhibit import forget, listed, remember

    if list_:
        if paths or revoke:
            raise typer.BadParameter("--list cannot be combined with other arguments")
        _print(listed(), "trusted", "nothing is trusted", as_json=json)
        return
    places = paths or [Path()]
    if revoke:
        gone = [one for place in places for one in forget(place.resolve())]
        _print(gone, "revoked", "nothing there was trusted", as_json=json)
        return
    exhibits = [one for place in places for one in found_at(place)]
    for exhibit in exhibits:
        show(exhibit)
    remember(*exhibits)
    places = sorted({one.path for one in exhibits})
    _print(places, "trusted", "nothing there runs or loosens anything", as_json=json)


def _print(places: list[Path], what: str, none: str, *, as_json: bool) -> None:
    from pygent.prompts.quote import line

    if as_json:
        print_json({what: list(map(str, places))})
        return
    for place in places:
        typer.echo(f"{what}: {line(str(place), 1000)}")
    if not places:
        typer.echo(none)
