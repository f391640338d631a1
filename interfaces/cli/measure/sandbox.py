"""`pygent sandbox` and `pygent doctor`: check whether untrusted code can run here, and say what to fix."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from pygent.interfaces.cli.context import CliContext, Image, Json, Kind, Runtime, print_json
from pygent.interfaces.cli.measure import attack, forge

if TYPE_CHECKING:
    from pygent.sandbox.api import Check

group = typer.Typer(help="Build and check the sandbox.", no_args_is_help=True)


def register(app: typer.Typer) -> None:
    attack.register(group)
    forge.register(group)
    app.add_typer(group, name="sandbox")
    app.command()(doctor)


@group.command()
def build(
    image: Image = None,
    package: Annotated[
        list[str] | None, typer.Option(help="PyPI package to install in the image; repeatable.")
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Build again if the image already exists.")] = False,
    sandbox: Kind = "auto",
    json: Json = False,
) -> None:
    """Build the image of the boxes, from --image or (if no registry answers) from the host's own Python."""
    from pygent.sandbox.backends.select import build_image

    name = build_image(sandbox, base=image, packages=tuple(package or ()), rebuild=force)
    if json:
        print_json({"image": name})
    else:
        typer.echo(f"image {name} is ready")


@group.command()
def check(sandbox: Kind = "auto", image: Image = None, runtime: Runtime = None, json: Json = False) -> None:
    """Attack the sandbox from inside; exit 1 if it does not hold."""
    from pygent.sandbox.api import Check
    from pygent.sandbox.backends.select import make_sandbox

    box = make_sandbox(sandbox, base=image, runtime=runtime)
    try:
        _report([Check("sandbox", True, box.name), *box.check()], as_json=json)
    finally:
        box.close()


def doctor(
    ctx: typer.Context,
    sandbox: Kind = "auto",
    image: Image = None,
    runtime: Runtime = None,
    json: Json = False,
) -> None:
    """Check what works on this machine, and say how to fix what does not."""
    from pygent.interfaces.cli.setup.doctor import examine

    session: CliContext = ctx.obj
    _report(examine(session, sandbox, image, runtime), as_json=json)


def _report(checks: list[Check], *, as_json: bool) -> None:
    if as_json:
        print_json({"ok": all(one.ok for one in checks), "checks": checks})
    else:
        for one in checks:
            typer.echo(f"{'ok  ' if one.ok else 'FAIL'}  {one.name}: {one.detail}")
            if not one.ok and one.remedy:
                typer.echo(f"      {one.remedy}")
    if not all(one.ok for one in checks):
        raise typer.Exit(1)
