"""Calls as models write them: malformed ones are told of in a line, results are bounded."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pygent.agent.toolbox import Toolbox
from pygent.agent.work.attempt_state import AttemptState
from pygent.prompts.message import ToolCall, ToolSpec
from tests.agent.conftest import Host

MakeDesk = Callable[..., AttemptState]
TIME = ToolSpec("time__now", "The time.", {"type": "object", "properties": {}})


@pytest.mark.parametrize(
    ("name", "arguments", "words"),
    [
        ("view", '{"path": "pkg/main.py"', "JSON"),
        ("view", "[1]", "one JSON object"),
        ("view", '{"file": "x"}', "it takes: path, symbol, start, end, outline"),
        ("view", '{"start": "soon"}', "start"),
        ("edit", "{}", "there are: view, finish, time__now"),
        ("search", "{}", "there are: view, finish, time__now"),
        ("finish", "{}", "note"),
    ],
)
def test_a_malformed_call_is_told_what_was_wrong_and_what_is_expected(
    desk_of: MakeDesk, name: str, arguments: str, words: str
) -> None:
    desk = desk_of(servers=(TIME,))
    text, in_order = Toolbox(("view", "finish"), desk).call(ToolCall("1", name, arguments))
    assert not in_order
    assert words in text
    assert text.startswith("Not done: ")


def test_no_arguments_whatever_end_the_attempt(desk_of: MakeDesk) -> None:
    box = Toolbox(("view", "search", "replace", "finish", "archive"), desk_of())

    @settings(max_examples=60)
    @given(st.text(max_size=60), st.sampled_from(["view", "search", "replace", "finish", "archive", "none"]))
    def answered(arguments: str, name: str) -> None:
        text, _ = box.call(ToolCall("1", name, arguments))
        assert text

    answered()


def test_tools_of_servers_stand_beside_our_own_and_go_through_the_door(desk_of: MakeDesk) -> None:
    host = Host(others={"mcp": {"text": "noon", "is_error": False}})
    box = Toolbox(("view",), desk_of(host, servers=(TIME,)))
    assert [spec.name for spec in box.specs] == ["view", "time__now"]
    assert box.call(ToolCall("1", "time__now", '{"zone": "UTC"}')) == ("noon", True)
    assert host.asked == [{"op": "mcp", "tool": "time__now", "arguments": {"zone": "UTC"}}]


def test_a_servers_error_is_no_result(desk_of: MakeDesk) -> None:
    host = Host(others={"mcp": {"text": "no such zone", "is_error": True}})
    text, in_order = Toolbox((), desk_of(host, servers=(TIME,))).call(ToolCall("1", "time__now", "{}"))
    assert "no such zone" in text
    assert not in_order


def test_results_are_bounded_and_do_not_name_the_folder(desk_of: MakeDesk) -> None:
    desk = desk_of(limits={"output": 500}, files={"pkg/main.py": "x = 1\n" * 5000})
    text, _ = Toolbox(("view",), desk).call(ToolCall("1", "view", '{"path": "pkg/main.py"}'))
    assert len(text) < 600
    assert "left out" in text
    assert (
        str(desk.workspace.root)
        not in Toolbox(("shell",), desk).call(ToolCall("1", "shell", '{"command": "pwd"}'))[0]
    )
