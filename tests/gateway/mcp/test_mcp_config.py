"""Config as people have it: three products' forms, variables, and one clear line for what is wrong."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from pygent.gateway.mcp.mcp_config import McpConfigError, read


def written(tmp_path: Path, data: Any) -> Path:
    file = tmp_path / "mcp.json"
    file.write_text(data if isinstance(data, str) else json.dumps(data))
    return file


@pytest.mark.parametrize("key", ["mcpServers", "servers"])
def test_the_forms_of_other_products_are_read(tmp_path: Path, key: str) -> None:
    data = {
        key: {
            "git": {"command": "uvx", "args": ["mcp-server-git"], "env": {"A": "b"}, "alwaysAllow": ["x"]},
            "far": {
                "type": "http",
                "url": "https://example.org/mcp",
                "headers": {"Authorization": "Bearer x"},
            },
            "off": {"command": "x", "disabled": True},
        },
        "inputs": [],
    }
    found = read(written(tmp_path, data))
    assert {name: one.transport for name, one in found.items()} == {"git": "stdio", "far": "http"}
    assert found["git"].args == ("mcp-server-git",)


def test_variables_are_filled_in(tmp_path: Path) -> None:
    env = {"A": "${TOKEN}", "B": "${env:TOKEN}", "C": "${NONE:-usual}", "D": "no $TOKEN"}
    file = written(tmp_path, {"mcpServers": {"x": {"command": "c", "env": env}}})
    found = read(file, {"TOKEN": "t1"})["x"]
    assert found.env == {"A": "t1", "B": "t1", "C": "usual", "D": "no $TOKEN"}


@pytest.mark.parametrize(
    ("data", "said"),
    [
        ("{", "cannot be read as JSON"),
        ({"other": {}}, "no `mcpServers`"),
        ({"mcpServers": {"x": {}}}, "either `command`"),
        ({"mcpServers": {"x": {"command": "c", "url": "http://y"}}}, "either `command`"),
        ({"mcpServers": {"x": {"url": "ftp://y"}}}, "not an http"),
        ({"mcpServers": {"x": {"command": "c", "env": {"A": "${LACKING}"}}}}, "variable LACKING is not set"),
        ({"mcpServers": {"x": {"command": "c", "type": "sse"}}}, "x.type"),
        ({"mcpServers": {"a b": {"command": "c"}}}, "a server's name"),
        ({"mcpServers": {"x": {"command": "c", "pygent": {"tool": []}}}}, "x.pygent.tool"),
    ],
)
def test_what_is_wrong_is_said_in_one_line_with_the_file(tmp_path: Path, data: Any, said: str) -> None:
    file = written(tmp_path, data)
    with pytest.raises(McpConfigError) as caught:
        read(file, {})
    assert said in str(caught.value)
    assert str(file) in str(caught.value)
    assert "\n" not in str(caught.value)
