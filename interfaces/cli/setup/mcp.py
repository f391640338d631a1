"""`pygent mcp`: MCP servers, as tools of the agent."""

from __future__ import annotations

import json as jsonlib
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pygent.interfaces.cli.context import Json, print_json
from pygent.interfaces.cli.setup.mcp_serve import serve

if TYPE_CHECKING:
    from pygent.gateway.mcp.manager import Manager

app = typer.Typer(
    help="MCP servers as tools of the agent, and this archive as a server.", no_args_is_help=True
)
app.command()(serve)

Config = Annotated[Path, typer.Option("--config", help="JSON file of servers.")]
FILE = Path(".pygent") / "mcp.json"
Name = Annotated[str, typer.Argument(help="The server's name.")]


@app.command()
def add(
    name: Name,
    command: Annotated[list[str] | None, typer.Argument(help="Its command, after `--`.")] = None,
    url: Annotated[str | None, typer.Option(help="Its address, if it speaks streamable HTTP.")] = None,
    env: Annotated[
        list[str] | None, typer.Option(help="NAME=VALUE for its environment; `${VAR}` is filled in.")
    ] = None,
    config: Config = FILE,
) -> None:
    """Add a server: `pygent mcp add time -- uvx mcp-server-time`, or with --url."""
    from pygent.gateway.mcp.mcp_config import McpConfigError, parsed, read, text_of
    from pygent.gateway.mcp.server_trust import of_servers
    from pygent.target_modules.trust.exhibit import remember

    if bool(command) == (url is not None):
        raise typer.BadParameter("give either a command after `--`, or --url")
    before = text_of(config) if config.exists() else b""
    data = parsed(before, config) if before else {}
    table = data.setdefault("servers" if "servers" in data else "mcpServers", {})
    if name in table:
        raise McpConfigError(f"{config}: {name}: already exists; `pygent mcp remove {name}` first")
    trusted = not table or of_servers(config, before).is_trusted
    variables: dict[str, str] = {}
    for pair in env or ():
        variable, equals, value = pair.partition("=")
        if not equals or not variable:
            raise typer.BadParameter(f"--env {pair}: write NAME=VALUE")
        variables[variable] = value
    entry = {"url": url} if command is None else {"command": command[0], "args": command[1:]}
    table[name] = {**entry, "env": variables} if variables else entry
    text = _write(config, data)
    try:
        read(config)
    except McpConfigError:
        if before:
            config.write_bytes(before)
        else:
            config.unlink()
        raise
    if trusted:
        remember(of_servers(config, text))
    typer.echo(f"{name} is in {config}; `pygent mcp tools {name}` shows what it can do")


@app.command()
def remove(name: Name, config: Config = FILE) -> None:
    """Remove a server."""
    from pygent.gateway.mcp.mcp_config import McpConfigError, parsed, text_of
    from pygent.gateway.mcp.server_trust import of_servers
    from pygent.target_modules.trust.exhibit import remember

    before = text_of(config)
    data, trusted = parsed(before, config), of_servers(config, before).is_trusted
    for key in ("mcpServers", "servers"):
        if name in data.get(key, {}):
            del data[key][name]
            text = _write(config, data)
            if trusted:
                remember(of_servers(config, text))
            typer.echo(f"{name} is no longer in {config}")
            return
    raise McpConfigError(f"{config}: no server {name}")


@app.command(name="list")
def list_(config: Config = FILE, json: Json = False) -> None:
    """List the configured servers."""
    from pygent.gateway.mcp.mcp_config import read

    found = read(config)
    if json:
        print_json(
            {
                name: {"transport": one.transport, "command": one.command, "url": one.url}
                for name, one in found.items()
            }
        )
        return
    for name, one in found.items():
        what = one.url if one.command is None else " ".join((one.command, *one.args))
        typer.echo(f"{name:<16}{one.transport:<7}{what}")
    if not found:
        typer.echo("no servers; `pygent mcp add NAME -- COMMAND` adds one")


@dataclass(frozen=True)
class ListedTool:
    """A tool of a server, and whether it is still the approved one."""

    server: str
    tool: str
    state: str
    description: str


@app.command()
def tools(
    server: Annotated[str | None, typer.Argument(help="Only this server; all if left out.")] = None,
    approve: Annotated[
        bool, typer.Option("--approve", help="Approve its tools as they are now, for this and later runs.")
    ] = False,
    config: Config = FILE,
    json: Json = False,
) -> None:
    """List the tools of servers, and whether each is still the approved one."""
    from pygent.gateway.mcp.pins import ToolPins, beside

    pins = ToolPins(beside(config))
    listed: list[ListedTool] = []
    with _manager(config, server) as manager:
        for name in manager.names:
            known = manager.known(name)
            if approve:
                pins.approve(name, {tool.name: tool.digest for tool in known})
            for tool in known:
                approved = pins.is_approved(name, tool.name, tool.digest)
                state = "approved" if approved else "changed" if tool.changed else "not approved yet"
                listed.append(ListedTool(name, tool.name, state, tool.description))
    if json:
        print_json(listed)
        return
    from pygent.prompts.quote import line

    for one in listed:
        typer.echo(f"{one.server}__{one.tool}  ({one.state})  {line(one.description, 120)}")


@app.command()
def health(config: Config = FILE, json: Json = False) -> None:
    """Start each server and ask for its tools; exit 1 if one does not answer."""
    from pygent.gateway.mcp.connection import ToolUnansweredError

    results: dict[str, dict[str, object]] = {}
    with _manager(config, None) as manager:
        for name in manager.names:
            started = time.monotonic()
            try:
                manager.ping(name)
            except ToolUnansweredError as fault:
                results[name] = {"ok": False, "reason": str(fault)}
                continue
            facts = manager.health()[name]
            results[name] = {
                "ok": True,
                "seconds": round(time.monotonic() - started, 3),
                "tools": facts["tools"],
            }
    if json:
        print_json(results)
    else:
        for name, one in results.items():
            outcome = f"up after {one['seconds']:.2f} s, {one['tools']} tools" if one["ok"] else one["reason"]
            typer.echo(f"{name:<16}{outcome}")
    if not all(one["ok"] for one in results.values()):
        raise typer.Exit(1)


@app.command()
def call(
    tool: Annotated[str, typer.Argument(help="SERVER__TOOL, as `pygent mcp tools` prints it.")],
    arguments: Annotated[str, typer.Argument(help="JSON object of its arguments.")] = "{}",
    config: Config = FILE,
    json: Json = False,
) -> None:
    """Call a tool once; exit 1 if it answers with an error."""
    from pygent.gateway.mcp.connection import ToolUnansweredError

    try:
        data = jsonlib.loads(arguments)
    except ValueError as error:
        raise typer.BadParameter(f"the arguments are not JSON: {error}") from None
    if not isinstance(data, dict):
        raise typer.BadParameter("the arguments must be one JSON object")
    with _manager(config, tool.partition("__")[0]) as manager:
        manager.tools()
        try:
            text, is_error = manager.call(tool, data)
        except ToolUnansweredError as fault:
            text, is_error = str(fault), True
    if json:
        print_json({"text": text, "is_error": is_error})
    else:
        typer.echo(text, err=is_error)
    if is_error:
        raise typer.Exit(1)


@contextmanager
def _manager(config: Path, only: str | None) -> Iterator[Manager]:
    from pygent.gateway.mcp.manager import Manager
    from pygent.gateway.mcp.mcp_config import McpConfigError
    from pygent.gateway.mcp.pins import ToolPins, beside
    from pygent.gateway.mcp.server_trust import exhibits, read_to_start
    from pygent.target_modules.trust.exhibit import require

    require(*exhibits(config))
    found = read_to_start(config)
    if only is not None:
        if only not in found:
            there = ", ".join(found) or "none"
            raise McpConfigError(f"{config}: no server {only}; the servers are: {there}")
        found = {only: found[only]}
    manager = Manager(found, ToolPins(beside(config)))
    try:
        yield manager
    finally:
        manager.close()


def _write(config: Path, data: Mapping[str, object]) -> bytes:
    """Write the file, and return its new content."""
    from pygent.atomic import write_file

    config.parent.mkdir(parents=True, exist_ok=True)
    text = (jsonlib.dumps(data, indent=2) + "\n").encode()
    write_file(config, text)
    return text
