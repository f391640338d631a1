"""A client for the protocol's conformance suite that is our manager: lists all tools, and calls each."""

from __future__ import annotations

import sys
from typing import Any

from pygent.gateway.mcp.manager import Manager
from pygent.gateway.mcp.mcp_config import Server

_VALUES: dict[str, Any] = {
    "number": 3,
    "integer": 3,
    "string": "a text, \u00e9",
    "boolean": True,
    "array": [],
    "object": {},
}


def arguments(schema: dict[str, Any], first: dict[str, Any]) -> dict[str, Any]:
    """Something that fits: for what must be given, and for texts; for a `schema`, that of the first tool."""
    told, required = schema.get("properties", {}), schema.get("required", ())
    given = [name for name in told if name in required or told[name].get("type") == "string"]
    values = {name: _VALUES.get(told[name].get("type"), "a text") for name in given}
    return {**values, **({"schema": first} if "schema" in told else {})}


def main(url: str) -> int:
    manager = Manager({"suite": Server.model_validate({"url": url, "pygent": {"call_seconds": 20.0}})})
    try:
        tools = manager.tools()
        for tool in tools:
            manager.call(tool["name"], arguments(tool["parameters"], tools[0]["parameters"]))
        return 0
    finally:
        manager.close()


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[-1]))
