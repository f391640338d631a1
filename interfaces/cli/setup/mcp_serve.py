"""`pygent mcp serve`: this archive as an MCP server."""

from __future__ import annotations

from typing import Annotated

import typer

from pygent.interfaces.cli.context import CliContext
from pygent.interfaces.cli.review.apply import Who
from pygent.interfaces.common.exit_codes import FAILURE

LOOPBACK = ("127.0.0.1", "localhost", "::1")


def serve(
    ctx: typer.Context,
    http: Annotated[bool, typer.Option("--http", help="Streamable HTTP in place of stdio.")] = False,
    host: Annotated[str, typer.Option(help="With --http: loopback address.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=1, max=65535, help="With --http: port to listen on.")] = 8751,
    allow_apply: Annotated[
        bool,
        typer.Option("--allow-apply", help="Offer apply and rollback, each behind a confirmation."),
    ] = False,
    who: Who = None,
) -> None:
    """Serve this archive to MCP clients: runs, variants, diffs, decisions. Exits when its client does."""
    from pygent.interfaces.common.current_user import me
    from pygent.interfaces.mcp.mcp_server import make_server

    session: CliContext = ctx.obj
    if http and host not in LOOPBACK:
        raise typer.BadParameter(f"--host {host}: only loopback ({', '.join(LOOPBACK)}) is served")
    server = make_server(session.home, who or f"{me()} (MCP)", allow_apply=allow_apply)
    if not http:
        server.run("stdio")
        return
    if not _free(host, port):
        typer.echo(f"pygent: port {port} of {host} is in use: choose another with --port", err=True)
        raise typer.Exit(FAILURE)
    shown = f"[{host}]" if ":" in host else host
    typer.echo(f"serving http://{shown}:{port}/mcp", err=True)
    server.run("streamable-http", host=host, port=port)


def _free(host: str, port: int) -> bool:
    """Whether the port is free. The web server itself would exit with the code of a circuit breaker."""
    import socket

    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as asking:
        asking.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            asking.bind((host, port))
        except OSError:
            return False
    return True
