"""Calls as models write them: malformed ones are told of in a line, results are bounded."""

from __future__ import annotations

import json
import re
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pygent.agent.tool import ToolResult
from pygent.agent.toolbox import Toolbox
from pygent.agent.work.attempt_state import AttemptState
from pygent.prompts.message import ToolCall, ToolSpec
from pygent.prompts.quote import escape
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
    made = Toolbox(("view", "finish"), desk).call(ToolCall("1", name, arguments))
    assert not made.valid
    assert made.doubt
    assert words in made.text
    assert made.text.startswith("Not done: ")


def test_no_arguments_whatever_end_the_attempt(desk_of: MakeDesk) -> None:
    box = Toolbox(("view", "search", "replace", "finish", "archive"), desk_of())

    @settings(max_examples=60)
    @given(st.text(max_size=60), st.sampled_from(["view", "search", "replace", "finish", "archive", "none"]))
    def answered(arguments: str, name: str) -> None:
        assert box.call(ToolCall("1", name, arguments)).text

    answered()


def test_tools_of_servers_stand_beside_our_own_and_go_through_the_door(desk_of: MakeDesk) -> None:
    host = Host(others={"mcp": {"text": "noon", "is_error": False}})
    box = Toolbox(("view",), desk_of(host, servers=(TIME,)))
    assert [spec.name for spec in box.specs] == ["view", "time__now"]
    assert box.call(ToolCall("1", "time__now", '{"zone": "UTC"}')) == ToolResult("noon")
    assert host.asked == [{"op": "mcp", "tool": "time__now", "arguments": {"zone": "UTC"}}]


def test_a_servers_error_is_no_result(desk_of: MakeDesk) -> None:
    host = Host(others={"mcp": {"text": "no such zone", "is_error": True}})
    made = Toolbox((), desk_of(host, servers=(TIME,))).call(ToolCall("1", "time__now", "{}"))
    assert "no such zone" in made.text
    assert not made.valid


def test_results_are_bounded_and_do_not_name_the_folder(desk_of: MakeDesk) -> None:
    desk = desk_of(limits={"output": 500}, files={"pkg/main.py": "x = 1\n" * 5000})
    text = Toolbox(("view",), desk).call(ToolCall("1", "view", '{"path": "pkg/main.py"}')).text
    assert len(text) <= 500
    where = Toolbox(("shell",), desk).call(ToolCall("1", "shell", '{"command": "pwd; seq 9999"}')).text
    assert len(where) < 600
    assert "left out" in where
    assert str(desk.workspace.root) not in where


def test_views_page_through_any_file_in_whole_lines(desk_of: MakeDesk) -> None:
    rows = st.lists(st.text(st.characters(codec="utf-8", exclude_characters="\n"), max_size=300), max_size=60)

    @settings(max_examples=60, deadline=None)
    @given(rows, st.integers(500, 4000))
    def shown_whole(lines: list[str], output: int) -> None:
        desk = desk_of(files={"a.py": "\n".join(lines) + "\n"}, limits={"output": output})
        box, seen, start = Toolbox(("view",), desk), list[str](), 1
        while start:
            text = box.call(ToolCall("1", "view", json.dumps({"path": "a.py", "start": start}))).text
            assert len(text) <= output
            *page, last = text.split("\n")
            more = re.fullmatch(r"\[(\d+) more lines; ask for them with start=(\d+)\]", last)
            seen += page if more else [*page, last]
            start = int(more[2]) if more else 0
            assert not more or int(more[1]) == max(len(lines), 1) - len(seen)
        assert seen == [f"{number:5}  {escape(line)}" for number, line in enumerate(lines or [""], start=1)]

    shown_whole()


def test_a_line_longer_than_a_result_is_cut_and_the_next_can_be_asked_for(desk_of: MakeDesk) -> None:
    desk = desk_of(files={"a.py": f"{'x' * 9000}\ny = 1\n"}, limits={"output": 500})
    text = Toolbox(("view",), desk).call(ToolCall("1", "view", '{"path": "a.py"}')).text
    assert "characters left out" in text
    assert text.endswith("[1 more lines; ask for them with start=2]")


def test_hits_of_a_search_are_shown_whole_and_the_rest_counted(desk_of: MakeDesk) -> None:
    desk = desk_of(files={"a.py": "\n".join(f"value_{number} = {number}" for number in range(500))})
    text = Toolbox(("search",), desk).call(ToolCall("1", "search", '{"pattern": "value"}')).text
    *hits, last = text.split("\n")
    assert hits == [f"a.py:{number + 1}: value_{number} = {number}" for number in range(len(hits))]
    assert last == f"[{500 - len(hits)} more; narrow the pattern or the glob]"
