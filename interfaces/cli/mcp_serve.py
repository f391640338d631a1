"""`pygent mcp serve`: this archive as an MCP server."""

from __future__ import annotations

from typing import Annotated

import typer

from interfaces.cli.apply import Who
from interfaces.cli.session import Session

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
    """Serve this archive to MCP clients: runs, variants, diffs, decisions. Ends with its client."""
    from interfaces.mcp.server import make_server
    from interfaces.who import me

    session: Session = ctx.obj
    if http and host not in LOOPBACK:
        raise typer.BadParameter(f"--host {host}: only loopback ({', '.join(LOOPBACK)}) is served")
    server = make_server(session.home, who or f"{me()} (MCP)", allow_apply=allow_apply)
    if not http:
        server.run("stdio")
        return
    typer.echo(f"serving http://{host}:{port}/mcp", err=True)
    server.run("streamable-http", host=host, port=port)
