"""`pygent review`: the archive in a browser."""

from __future__ import annotations

from typing import Annotated

import typer

from pygent.interfaces.cli.context import CliContext
from pygent.interfaces.cli.id_arguments import run_ids
from pygent.interfaces.cli.review.apply import Who

HTTP = 80  # the port that browsers leave out of a host's name
SHORTEST = 12  # characters of a password
LOOPBACK = ("127.0.0.1", "localhost", "::1")


def register(app: typer.Typer) -> None:
    app.command()(review)


def review(
    ctx: typer.Context,
    run: Annotated[
        str | None,
        typer.Argument(help="Run to begin with, by a unique prefix of its id.", autocompletion=run_ids),
    ] = None,
    host: Annotated[
        str, typer.Option(help="Address to listen on; anything but loopback needs a password.")
    ] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65535, help="Port to listen on; 0 picks a free one.")] = 0,
    password: Annotated[
        str,
        typer.Option(
            envvar="PYGENT_REVIEW_PASSWORD", help="Password for the pages; better set in the environment."
        ),
    ] = "",
    browser: Annotated[bool, typer.Option("--browser/--no-browser", help="Open a browser.")] = True,
    who: Who = None,
) -> None:
    """Review runs and variants in a browser: scores, diffs, lineage; approve, reject, apply, roll back."""
    import secrets
    import socket
    import webbrowser

    import uvicorn

    from pygent.interfaces.common.current_user import me
    from pygent.interfaces.web.security import Access
    from pygent.interfaces.web.web_app import make_app

    session: CliContext = ctx.obj
    local = host in LOOPBACK
    if not local and not password:
        raise typer.BadParameter(
            f"--host {host}: others could read your sources there: give a --password of {SHORTEST} "
            "characters or more"
        )
    if password and len(password) < SHORTEST:
        raise typer.BadParameter(f"--password: too easy to guess; {SHORTEST} characters or more")
    with session.archive(read_only=True) as archive:
        path = "/" if run is None else f"/runs/{archive.runs.find(run)}"
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listening = socket.socket(family, socket.SOCK_STREAM)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((host, port))
        listening.listen()  # a client may connect before the server runs
    except OSError as error:
        raise typer.BadParameter(
            f"--host {host} --port {port}: cannot listen there: {error.strerror}"
        ) from None
    port = int(listening.getsockname()[1])
    names = ("127.0.0.1", "localhost", "[::1]") if local else ()
    hosts = {f"{name}:{port}" for name in names} | (set(names) if port == HTTP else set())
    secret = password or secrets.token_urlsafe(24)
    access = Access(secret, frozenset(hosts), by_link=not password)
    app = make_app(session.home, who or me(), access)
    shown = f"[{host}]" if ":" in host else host
    address = f"http://{shown}:{port}{path}"
    typer.echo(address if password else f"{address}?token={secret}")
    typer.echo("Press Ctrl-C to quit", err=True)
    if browser and not password and _has_screen():
        webbrowser.open(f"{address}?token={secret}")
    config = uvicorn.Config(
        app, log_level="error", lifespan="on", server_header=False, timeout_graceful_shutdown=1
    )  # pages that follow a run keep their connections open
    uvicorn.Server(config).run(sockets=[listening])


def _has_screen() -> bool:
    """Without a screen, Python would start a text browser in this terminal."""
    import os
    import sys

    return sys.platform in ("darwin", "win32") or bool(
        os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")
    )
