"""What providers send in a stream, each in its own way, becomes the answer that it would have been whole."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pygent.gateway.models.stream import StreamError, assembled

VIEW = {"name": "view", "arguments": '{"path": "a.py"}'}
SEARCH = {"name": "search", "arguments": '{"pattern": "def"}'}
WHOLE = [
    {"index": 0, "id": "a", "function": {"name": "view", "arguments": ""}},
    {"index": 0, "function": {"arguments": '{"path": '}},
    {"index": 1, "id": "b", "function": SEARCH},
    {"index": 0, "function": {"arguments": '"a.py"}'}},
]


def answer(*chunks: Mapping[str, Any]) -> Any:
    return assembled([*(f"data: {json.dumps(chunk)}" for chunk in chunks), "data: [DONE]"])


def delta(finish_reason: str | None = None, **delta: Any) -> dict[str, Any]:
    return {"choices": [{"delta": delta, "finish_reason": finish_reason}]}


@pytest.mark.parametrize(
    "parts",
    [
        pytest.param(WHOLE, id="in pieces by index"),
        pytest.param(
            [{"index": 0, "id": "a", "function": VIEW}, {"index": 0, "id": "b", "function": SEARCH}],
            id="one index",
        ),
        pytest.param([{"id": "a", "function": VIEW}, {"id": "b", "function": SEARCH}], id="no index"),
        pytest.param(
            [{"index": None, "function": VIEW}, {"index": None, "function": SEARCH}],
            id="neither index nor id",
        ),
    ],
)
def test_two_calls_stay_two(parts: list[dict[str, Any]]) -> None:
    got = answer(*(delta(tool_calls=[part]) for part in parts), delta("tool_calls"))
    calls = got["choices"][0]["message"]["tool_calls"]
    assert [call["function"] for call in calls] == [VIEW, SEARCH]


def test_an_id_that_each_piece_repeats_begins_no_call() -> None:
    pieces = [{"index": 0, "id": "a", "function": {"name": "", "arguments": text}} for text in ("{", "}")]
    got = answer(*(delta(tool_calls=[piece]) for piece in pieces), delta("tool_calls"))
    assert [call["function"]["arguments"] for call in got["choices"][0]["message"]["tool_calls"]] == ["{}"]


def test_chunks_without_choices_and_a_last_one_with_the_usage_alone() -> None:
    got = answer({"model": "m"}, delta(content="a"), {}, delta("stop"), {"choices": [], "usage": {"n": 1}})
    assert got["choices"][0]["message"]["content"] == "a"
    assert (got["usage"], got["model"]) == ({"n": 1}, "m")


def test_content_in_parts_is_text() -> None:
    parts = [{"type": "text", "text": "a"}, {"type": "thinking", "thinking": []}]
    got = answer(delta(content=parts), delta("stop", content=[{"type": "text", "text": "b"}]))
    assert got["choices"][0]["message"]["content"] == "ab"


def test_a_whole_answer_in_one_chunk_is_an_answer() -> None:
    got = answer({"choices": [{"message": {"content": "ab"}, "finish_reason": "stop"}]})
    assert got["choices"][0]["message"]["content"] == "ab"


def test_an_empty_finish_reason_ends_nothing() -> None:
    chunk = {"choices": [{"delta": {"content": "a"}, "finish_reason": ""}]}
    with pytest.raises(StreamError, match="ended before"):
        assembled([f"data: {json.dumps(chunk)}"])


names = st.sampled_from(["view", "search", "finish"])
values = st.dictionaries(st.text(max_size=4), st.integers() | st.text(max_size=6), max_size=3)


@settings(max_examples=150, deadline=None)
@given(st.lists(st.tuples(names, values), min_size=1, max_size=4), st.data())
def test_calls_come_back_as_they_were_in_whatever_pieces(
    calls: list[tuple[str, dict[str, Any]]], data: st.DataObject
) -> None:
    """Whole in one piece each, or with an id or an index of each call's own and arguments in pieces."""
    has_id, has_index = data.draw(st.tuples(st.booleans(), st.booleans()))
    repeats = data.draw(st.sets(st.sampled_from(["id", "name"])))
    parts = []
    for number, (name, value) in enumerate(calls):
        arguments = json.dumps(value)
        cut = data.draw(st.integers(0, len(arguments))) if has_id or has_index else len(arguments)
        for place, text in enumerate((arguments[:cut], arguments[cut:])):
            if place and not text:
                continue
            part: dict[str, Any] = {"index": number} if has_index else {}
            if has_id and (not place or "id" in repeats):
                part["id"] = f"c{number}"
            function = {"arguments": text}
            if not place or "name" in repeats:
                function["name"] = name
            parts.append(delta(tool_calls=[{**part, "function": function}]))
    got = answer(*parts, delta("tool_calls"))["choices"][0]["message"]["tool_calls"]
    assert [(one["function"]["name"], json.loads(one["function"]["arguments"])) for one in got] == calls
