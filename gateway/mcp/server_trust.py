"""Servers that may be started: those in a config file that the user trusts with its present content."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pygent.gateway.mcp.mcp_config import McpConfigError, Server, parsed, servers, table_of, text_of
from pygent.gateway.mcp.pins import beside
from pygent.gateway.mcp.pins import exhibit as of_pins
from pygent.target_modules.trust.exhibit import Exhibit, files_of, require


def read_to_start(path: Path) -> dict[str, Server]:
    """Read a trusted file as `config.read` does. Raises `McpConfigError`, and `UntrustedError`."""
    text = text_of(path)
    require(of_servers(path, text))
    return servers(text, path)


def exhibits(path: Path) -> list[Exhibit]:
    """The exhibits of a config file and the approvals beside it, if they exist. Raises `McpConfigError`."""
    found = [of_servers(path, text_of(path))] if path.exists() else []
    pins = beside(path)
    return [*found, *([of_pins(pins, text_of(pins))] if pins.exists() else [])]


def of_servers(path: Path, text: bytes) -> Exhibit:
    """The exhibit of a config file: its text, and the files in its folder that its commands name.

    Raises `McpConfigError`.
    """
    rows, parts = [], {"text": text}
    for name, raw in table_of(parsed(text, path), path).items():
        if not isinstance(raw, Mapping):
            raise McpConfigError(f"{path}: {name}: must be an object")
        words = _words(raw)
        where = Path(raw["cwd"]) if isinstance(raw.get("cwd"), str) else Path()
        parts |= {f"{name}: {key}": part for key, part in files_of(words, where).items()}
        rows.append(f"server {name} is started: {json.dumps(raw)}")
    return Exhibit(path.resolve(), tuple(rows) or ("has no servers",), parts)


def _words(raw: Mapping[str, Any]) -> list[str]:
    args, env = raw.get("args"), raw.get("env")
    more = [*(args if isinstance(args, list) else ()), *(env.values() if isinstance(env, dict) else ())]
    words = [raw.get("command"), *more]
    return [word for word in words if isinstance(word, str)]
