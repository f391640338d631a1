"""Whatever a box sends to the door, the door answers, and what it kept of it can be read again."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pygent.evolution.models.attempt_gateways import AttemptGateways
from pygent.gateway.models.scripted_model import ScriptedModel
from pygent.sandbox.host import json_values
from tests.support.servers.doors import Memory, doors_to

HUGE = 10**30_000
TALK = {"op": "complete", "messages": [{"role": "user", "content": "hello"}]}
HOSTILE: dict[str, object] = {
    "bytes": {**TALK, "schema": {"a": b"x"}},
    "a set": {**TALK, "schema": {"a": {1, 2}}},
    "a complex number": {**TALK, "schema": {"a": 1j}},
    "a tuple for a key": {**TALK, "schema": {(1, 2): 3}},
    "an integer for a key": {**TALK, "schema": {1: 3}},
    "an integer of 30,000 digits": {**TALK, "max_tokens": HUGE},
    "one of them deep inside": {"op": "mcp", "tool": "t", "arguments": {"a": [{"b": -HUGE}]}},
    "half a surrogate pair": {"op": "archive", "what": "search", "query": "\ud800"},
    "not a number": {"op": "mcp", "tool": "t", "arguments": {"a": float("nan")}},
    "lists in lists": {"op": "mcp", "tool": "t", "arguments": {"a": eval("[" * 80 + "]" * 80)}},
    "many values": {"op": "mcp", "tool": "t", "arguments": {"a": [0] * 300_000}},
    "an unknown question": {"op": HUGE},
    "no question": b"op",
}


@pytest.fixture(scope="module")
def doors(tmp_path_factory: pytest.TempPathFactory) -> AttemptGateways:
    return doors_to(ScriptedModel(lambda request: "fine"), tmp_path_factory.mktemp("door") / "home")


@pytest.mark.parametrize("name", HOSTILE)
def test_a_message_that_is_no_json_is_malformed_and_the_next_one_is_answered(
    name: str, doors: AttemptGateways
) -> None:
    door = doors.open(Memory(), seed=1)
    answer = door.handle(HOSTILE[name])
    assert answer["error"] in ("malformed", "unknown")
    assert len(answer["text"]) < 400
    assert answer["text"].isprintable()
    assert door.handle(TALK)["text"] == "fine"


scalars = (
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.binary() | st.complex_numbers()
)
values = st.recursive(
    scalars,
    lambda inner: (
        st.lists(inner)
        | st.tuples(inner)
        | st.dictionaries(st.text() | st.integers() | st.tuples(st.integers()), inner)
        | st.sets(st.integers())
    ),
    max_leaves=12,
)
known = st.sampled_from(
    [
        "op",
        "messages",
        "tools",
        "schema",
        "max_tokens",
        "stage",
        "tool",
        "arguments",
        "what",
        "query",
    ]
)
ops = st.sampled_from(["complete", "mcp", "archive", "evaluate", "inputs"])
messages = (
    values
    | st.dictionaries(known, values)
    | st.builds(lambda op, rest: {**rest, "op": op}, ops, st.dictionaries(known, values))
    | st.builds(lambda more: {**TALK, **more}, st.dictionaries(known.filter(lambda k: k != "op"), values))
    | st.builds(lambda one: {"op": "mcp", "tool": "t", "arguments": {"a": one}}, values)
)


def fuzzed(doors: AttemptGateways, message: object) -> None:
    answer = doors.open(Memory(), seed=1).handle(message)
    assert isinstance(answer, dict)
    assert {"text", "error", "calls"} & set(answer)


@settings(max_examples=300)
@given(message=messages)
def test_no_message_raises(message: object, doors: AttemptGateways) -> None:
    fuzzed(doors, message)


@pytest.mark.campaign
@settings(max_examples=10_000, suppress_health_check=[HealthCheck.too_slow])
@given(message=messages)
def test_no_message_of_ten_thousand_raises(message: object, doors: AttemptGateways) -> None:
    fuzzed(doors, message)


@given(value=values)
def test_what_is_taken_for_json_is_the_same_when_it_was_written_and_read(value: Any) -> None:
    if json_values.trouble(value) == "":
        assert json.loads(json.dumps(value, allow_nan=False).encode()) == with_lists(value)


def with_lists(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: with_lists(inner) for key, inner in value.items()}
    return [with_lists(inner) for inner in value] if isinstance(value, (list, tuple)) else value
