"""Writes docs/reference/openapi.json from the endpoints of the review: `python -m tests.support.openapi`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from pygent.interfaces.web.json_api import ENDPOINTS, Endpoint

FILE = Path(__file__).parents[2] / "docs" / "reference" / "openapi.json"
_JSON = {"application/json": {"schema": {}}}
_TOLD = {
    "404": {"description": "There is no such run, variant or page", "content": _JSON},
    "422": {"description": "A parameter is invalid; `error` names it", "content": _JSON},
}
_EVENTS = {
    "/api/runs/{run}/events": (
        "What happens to a run, as server-sent events named `run`: {run, state, attempts, decisions} at once "
        "and whenever one of them changes",
        {"text/event-stream": {"schema": {"type": "string"}}},
    ),
    "/api/runs/{run}/socket": (
        "The same as messages of a WebSocket",
        {"application/json": {"schema": {"type": "object"}}},
    ),
}


def document() -> dict[str, Any]:
    paths: dict[str, Any] = {one.path: {"get": _described(one)} for one in ENDPOINTS}
    for path, (summary, content) in _EVENTS.items():
        paths[path] = {
            "get": {
                "summary": summary,
                "operationId": _name(path),
                "parameters": _in_path(path),
                "responses": {"200": {"description": "A stream", "content": content}},
            }
        }
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "PyGent Factory review",
            "version": "1",
            "description": "Read-only. The same values as the command line's --json. Log in with the cookie "
            "that the address printed by `pygent review` sets.",
        },
        "security": [{"cookie": []}],
        "components": {"securitySchemes": {"cookie": {"type": "apiKey", "in": "cookie", "name": "pygent"}}},
        "paths": paths,
    }


def _described(endpoint: Endpoint) -> dict[str, Any]:
    schema = endpoint.query.model_json_schema()
    needed = schema.get("required", [])
    query = [
        {
            "name": name,
            "in": "query",
            "required": name in needed,
            "description": one.pop("description", ""),
            "schema": {key: value for key, value in one.items() if key != "title"},
        }
        for name, one in schema.get("properties", {}).items()
    ]
    return {
        "summary": endpoint.summary,
        "operationId": _name(endpoint.path),
        "parameters": [*_in_path(endpoint.path), *query],
        "responses": {"200": {"description": endpoint.summary, "content": _JSON}, **_TOLD},
    }


def _in_path(path: str) -> list[dict[str, Any]]:
    names = [part[1:-1] for part in path.split("/") if part.startswith("{")]
    return [
        {
            "name": name,
            "in": "path",
            "required": True,
            "description": "by a unique prefix of its id",
            "schema": {"type": "string"},
        }
        for name in names
    ]


def _name(path: str) -> str:
    return path.removeprefix("/api/").replace("{", "").replace("}", "").replace("/", "_").replace("-", "_")


def text() -> str:
    return json.dumps(document(), indent=2) + "\n"


if __name__ == "__main__":
    FILE.write_text(text())
