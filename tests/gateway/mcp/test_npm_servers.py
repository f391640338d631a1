"""Servers of the protocol's own makers, from npm, behind the manager."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from pygent.gateway.mcp.manager import Manager
from pygent.gateway.mcp.mcp_config import Server
from pygent.gateway.mcp.pins import ToolPins
from tests.support.servers.node import Programs, programs_or_skip

Started = Callable[..., Manager]


@pytest.fixture(scope="module")
def npm() -> Programs:
    return programs_or_skip()


@pytest.fixture
def started(npm: Programs, tmp_path: Path) -> Iterator[Started]:
    made: list[Manager] = []

    def start(name: str, *arguments: object, **environment: str) -> Manager:
        command, *rest = npm.server(name, *arguments)
        told = {"command": command, "args": rest, "env": environment, "pygent": {"call_seconds": 30.0}}
        made.append(Manager({name: Server.model_validate(told)}, ToolPins(tmp_path / "pins.json")))
        return made[-1]

    yield start
    for manager in made:
        manager.close()


def test_files_are_written_and_read_in_the_folder_that_was_allowed_and_nowhere_else(
    started: Started, tmp_path: Path
) -> None:
    allowed = tmp_path / "allowed"
    allowed.mkdir()
    manager = started("filesystem", allowed)
    names = {tool["name"] for tool in manager.tools()}
    assert {"filesystem__read_text_file", "filesystem__write_file", "filesystem__list_directory"} <= names
    file = allowed / "note.txt"
    assert manager.call("filesystem__write_file", {"path": str(file), "content": "hello"})[1] is False
    assert file.read_text() == "hello"
    text, is_error = manager.call("filesystem__read_text_file", {"path": str(file)})
    assert (is_error, "hello" in text) == (False, True)
    text, is_error = manager.call("filesystem__read_text_file", {"path": "/etc/hostname"})
    assert (is_error, "denied" in text) == (True, True)


def test_all_kinds_of_results_of_the_server_that_has_everything(started: Started) -> None:
    manager = started("everything")
    names = {tool["name"].removeprefix("everything__") for tool in manager.tools()}
    assert {"echo", "get-sum", "trigger-long-running-operation", "get-tiny-image"} <= names
    assert manager.call("everything__echo", {"message": "round"})[0].endswith("Echo: round")
    assert "5" in manager.call("everything__get-sum", {"a": 2, "b": 3})[0]
    text, is_error = manager.call("everything__trigger-long-running-operation", {"duration": 1, "steps": 4})
    assert (is_error, "completed" in text) == (False, True)
    text, is_error = manager.call("everything__get-tiny-image", {})
    assert is_error is False
    assert "image" in text
    assert len(text) < 5000  # what it looks like is not for a model of texts
    text, is_error = manager.call("everything__get-sum", {"a": "two"})
    assert is_error is True


def test_a_memory_keeps_what_it_was_told_over_a_restart(started: Started, tmp_path: Path) -> None:
    kept = {"MEMORY_FILE_PATH": str(tmp_path / "memory.jsonl")}
    entity = {"name": "packing", "entityType": "target", "observations": ["best fit is hard to beat"]}
    first = started("memory", **kept)
    first.tools()
    assert first.call("memory__create_entities", {"entities": [entity]})[1] is False
    first.close()
    again = started("memory", **kept)
    again.tools()
    text, is_error = again.call("memory__search_nodes", {"query": "packing"})
    assert (is_error, "best fit is hard to beat" in text) == (False, True)
    assert json.loads((tmp_path / "memory.jsonl").read_text().splitlines()[0])["name"] == "packing"
