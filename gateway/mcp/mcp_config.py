"""MCP servers as users have configured them: for Claude Desktop, Cursor or VS Code, unchanged."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

DEFAULT = Path(".pygent") / "mcp.json"
_NAME = re.compile(r"[A-Za-z0-9][\w.-]{0,39}")
_VARIABLE = re.compile(r"\$\{(?:env:)?(\w+)(?::-([^}]*))?\}")
_TABLES = ("mcpServers", "servers")


class McpConfigError(Exception):
    """A server config cannot be used. The text is one line: file, server, what is wrong, what to do."""


class Allowed(BaseModel):
    """Our own settings for a server, under its key `pygent`."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    tools: tuple[str, ...] | None = Field(default=None, description="tools that may be used; all if left out")
    start_seconds: float = Field(default=30.0, gt=0, description="time to start and to list its tools")
    call_seconds: float = Field(default=60.0, gt=0, description="time of a call without progress")
    calls_per_attempt: int = Field(default=40, gt=0)
    calls_per_run: int = Field(default=2000, gt=0)
    result_chars: int = Field(default=8000, gt=0, description="of a result; the rest is cut from its middle")


class Server(BaseModel):
    """One server: a command that speaks over its standard streams, or the address of a running one."""

    model_config = ConfigDict(extra="ignore", frozen=True)  # other products have their own keys
    type: Literal["stdio", "http", "streamable-http", "streamableHttp"] | None = None
    command: str | None = None
    args: tuple[str, ...] = ()
    env: dict[str, str] = {}
    cwd: str | None = None
    url: str | None = None
    headers: dict[str, str] = {}
    disabled: bool = False
    pygent: Allowed = Allowed()

    @model_validator(mode="after")
    def _one_transport(self) -> Server:
        if (self.command is None) == (self.url is None):
            raise ValueError("give either `command` (stdio) or `url` (streamable HTTP)")
        if self.url is not None and not self.url.startswith(("http://", "https://")):
            raise ValueError("url: not an http or https address")
        return self

    @property
    def transport(self) -> str:
        return "stdio" if self.command is not None else "http"

    @property
    def secrets(self) -> Mapping[str, str]:
        """Values that must not be written down: everything that is given to this server alone."""
        return {**{f"KEY_{name}": value for name, value in self.env.items()}, **_as_secrets(self.headers)}


def read(path: Path, environment: Mapping[str, str] | None = None) -> dict[str, Server]:
    """The enabled servers in a file, by name, with variables filled in. Raises `McpConfigError`."""
    return servers(text_of(path), path, environment)


def servers(text: bytes, path: Path, environment: Mapping[str, str] | None = None) -> dict[str, Server]:
    """The same for a file that has already been read."""
    table = table_of(parsed(text, path), path)
    found: dict[str, Server] = {}
    for name, raw in table.items():
        if not _NAME.fullmatch(name):
            raise McpConfigError(
                f"{path}: {name[:60]!r}: a server's name has letters, digits, `_`, `.` and `-`"
            )
        try:
            server = Server.model_validate(_filled(raw, os.environ if environment is None else environment))
        except ValidationError as error:
            first = error.errors(include_url=False, include_input=False)[0]
            where = ".".join((name, *map(str, first["loc"])))
            raise McpConfigError(f"{path}: {where}: {first['msg'].removeprefix('Value error, ')}") from None
        except KeyError as error:
            raise McpConfigError(
                f"{path}: {name}: the variable {error.args[0]} is not set: export it, or write "
                f"${{{error.args[0]}:-default}}"
            ) from None
        if not server.disabled:
            found[name] = server
    return found


def load(path: Path) -> dict[str, Any]:
    """The file as it is. Raises `McpConfigError`."""
    return parsed(text_of(path), path)


def text_of(path: Path) -> bytes:
    """Raises `McpConfigError`."""
    try:
        return path.read_bytes()
    except FileNotFoundError:
        raise McpConfigError(f"{path}: no such file; `pygent mcp add` makes one") from None
    except OSError as error:
        raise McpConfigError(f"{path}: cannot be read: {error.strerror}") from None


def parsed(text: bytes, path: Path) -> dict[str, Any]:
    """Raises `McpConfigError`."""
    try:
        data = json.loads(text.decode("utf-8"))
    except (ValueError, RecursionError) as error:
        raise McpConfigError(f"{path}: cannot be read as JSON: {error}") from None
    if not isinstance(data, dict):
        raise McpConfigError(f"{path}: not a JSON object")
    return data


def table_of(data: Mapping[str, Any], path: Path) -> Mapping[str, Any]:
    key = next((key for key in _TABLES if key in data), None)
    if key is None:
        raise McpConfigError(f"{path}: no `mcpServers` (or `servers`, as VS Code has it)")
    if not isinstance(data[key], dict):
        raise McpConfigError(f"{path}: {key}: must be an object of servers by name")
    table: Mapping[str, Any] = data[key]
    return table


def _filled(value: Any, environment: Mapping[str, str]) -> Any:
    """Fill in `${VAR}`, `${env:VAR}` and `${VAR:-default}` in strings. Raises `KeyError`."""
    if isinstance(value, str):
        return _VARIABLE.sub(
            lambda match: (
                environment[match[1]] if match[2] is None else environment.get(match[1]) or match[2]
            ),
            value,
        )
    if isinstance(value, dict):
        return {key: _filled(one, environment) for key, one in value.items()}
    return [_filled(one, environment) for one in value] if isinstance(value, list) else value


def _as_secrets(headers: Mapping[str, str]) -> dict[str, str]:
    """Whole values, and the part after a scheme such as `Bearer`."""
    found = {f"KEY_{name}": value for name, value in headers.items()}
    return found | {f"KEY_{name}_TOKEN": value.rpartition(" ")[2] for name, value in headers.items()}
