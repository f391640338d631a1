"""Tools stay as they were when first seen: one that changes is out of use until it is approved."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pygent.atomic import write_file
from pygent.target_modules.trust.exhibit import Exhibit, remember, require

DEFAULT = Path(".pygent") / "mcp-pins.json"


def beside(config: Path) -> Path:
    """The file of approved tools for a config file."""
    return config.with_name(DEFAULT.name)


def digest(name: str, description: str, schema: Mapping[str, Any]) -> str:
    """SHA-256 over all that a model sees of a tool, as 64 hex digits."""
    text = json.dumps([name, description, schema], sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()


class ToolPins:
    """Digests by server and tool: those that the user approved, and those first seen in this run."""

    def __init__(self, path: Path = DEFAULT) -> None:
        """Raise `UntrustedError` if somebody else may have approved them."""
        self._path = path
        self._approved = _approvals(path)
        self._seen: dict[tuple[str, str], str] = {}

    def is_changed(self, server: str, tool: str, now: str) -> bool:
        """Whether a tool differs from the approved one, or else from the one first seen here."""
        approved = self._approved.get(server, {}).get(tool)
        return now != (approved or self._seen.setdefault((server, tool), now))

    def is_approved(self, server: str, tool: str, now: str) -> bool:
        return self._approved.get(server, {}).get(tool) == now

    def approve(self, server: str, tools: Mapping[str, str]) -> None:
        """Approve a server's tools as they are now, permanently."""
        self._approved[server] = dict(tools)
        self._path.parent.mkdir(parents=True, exist_ok=True)
        text = (json.dumps(self._approved, indent=2, sort_keys=True) + "\n").encode()
        write_file(self._path, text)
        remember(exhibit(self._path, text))


def exhibit(path: Path, text: bytes) -> Exhibit:
    """A file of approvals that needs trust."""
    return Exhibit(path.resolve(), ("approves tools of MCP servers",), {"text": text})


def _approvals(path: Path) -> dict[str, dict[str, str]]:
    try:
        text = path.read_bytes()
        require(exhibit(path, text))
        data = json.loads(text)
    except FileNotFoundError:
        return {}
    except (OSError, ValueError):
        data = None
    if not isinstance(data, dict) or not all(isinstance(tools, dict) for tools in data.values()):
        from pygent.gateway.mcp.mcp_config import McpConfigError

        raise McpConfigError(f"{path}: not a file of approved tools; remove it and approve them anew")
    return data
