"""`pygent mcp`: servers are added, looked at, called and removed without a run."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from tests.support.cli import pygent


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def test_a_server_from_its_adding_to_its_removal() -> None:
    assert pygent("mcp", "add", "time", "--", sys.executable, "-m", "mcp_server_time").code == 0
    assert json.loads(Path(".pygent/mcp.json").read_text())["mcpServers"]["time"]["args"] == [
        "-m",
        "mcp_server_time",
    ]
    assert pygent("mcp", "list", "--json").json["time"]["transport"] == "stdio"
    assert pygent("mcp", "health", "--json").json["time"]["ok"] is True
    states = {one["tool"]: one["state"] for one in pygent("mcp", "tools", "time", "--json").json}
    assert states["get_current_time"] == "not approved yet"
    pygent("mcp", "tools", "time", "--approve")
    states = {one["tool"]: one["state"] for one in pygent("mcp", "tools", "time", "--json").json}
    assert set(states.values()) == {"approved"}
    called = pygent("mcp", "call", "time__get_current_time", '{"timezone": "UTC"}')
    assert (called.code, "UTC" in called.out) == (0, True)
    assert pygent("mcp", "remove", "time").code == 0
    assert pygent("mcp", "list", "--json").json == {}


@pytest.mark.parametrize(
    ("command", "code", "said"),
    [
        (("list",), 2, "no such file"),
        (("add", "x"), 2, "either a command"),
        (("add", "x", "--url", "ftp://y"), 2, "not an http"),
        (("call", "x__y", "nonsense"), 2, "not JSON"),
    ],
)
def test_what_is_wrong_is_said_in_one_line(command: tuple[str, ...], code: int, said: str) -> None:
    done = pygent("mcp", *command)
    assert done.code == code
    assert said in done.err
    assert not Path(".pygent/mcp.json").exists()


def test_a_server_that_does_not_answer_is_named_and_the_code_says_so() -> None:
    pygent("mcp", "add", "gone", "--", "/no/such/program")
    done = pygent("mcp", "health", "--json")
    assert (done.code, done.json["gone"]["ok"]) == (1, False)
