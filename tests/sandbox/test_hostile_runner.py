"""Whatever comes over a box's channel, as if its runner were in hostile hands: an execution or a fault."""

from __future__ import annotations

import contextlib
import json
import os
from collections.abc import Iterator, Sequence

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pygent.sandbox.api import Call, Execution, Limits, Outcome, Program, SandboxFaultError
from pygent.sandbox.host.box import RunnerBox
from pygent.sandbox.host.frames import frame
from pygent.sandbox.host.runner_process import Death

LIMITS = Limits(answer_bytes=1000, all_answers_bytes=3000, output_bytes=100)
PROGRAM = Program({"m.py": "def f(): return 1"}, "m:f")
HUGE = 10**400
OK = {"k": "reply", "outcome": "ok", "detail": "", "seconds": 0.1, "cpu": 0.1}
END = {"k": "end", "why": "", "extra": False, "seconds": 0.1, "cpu": 0.1}


class Told:
    """A cell whose runner has said all that it will ever say."""

    def __init__(self, said: bytes) -> None:
        self.reader, ours = os.pipe()
        self._read, self.writer = os.pipe()
        os.set_blocking(self.reader, False)
        os.set_blocking(self.writer, False)
        with open(ours, "wb") as stream:
            stream.write(said)

    def unwrap(self, data: bytes) -> bytes:
        return data

    def trouble(self) -> str:
        return ""

    def death(self) -> Death:
        return Death(False, "the runner has gone")

    def kill(self) -> None:
        for descriptor in (self.reader, self.writer, self._read):
            os.close(descriptor)


@contextlib.contextmanager
def told(*frames: bytes) -> Iterator[RunnerBox]:
    box = RunnerBox(Told(b"".join(frames)), LIMITS, b"")
    try:
        yield box
    finally:
        box.close()


def outcome(frames: Sequence[bytes]) -> Execution | SandboxFaultError:
    with told(frame({"k": "hello"}), *frames) as box:
        box.wait()
        try:
            return box.run(PROGRAM, [Call(), Call()])
        except SandboxFaultError as fault:
            assert box.retired
            return fault


def test_frames_in_order_are_an_execution() -> None:
    found = outcome([frame(OK, b"=null"), frame(OK, b"=1"), frame(OK, b"=2"), frame(END, b"said")])
    assert isinstance(found, Execution)
    assert ([reply.value for reply in found.replies], found.output) == ([1, 2], "said")


@pytest.mark.parametrize("seconds", [HUGE, -1, "1", None, [], float("nan"), float("inf"), -HUGE])
def test_a_time_that_is_none_is_a_fault(seconds: object) -> None:
    for name in ("seconds", "cpu"):
        assert isinstance(outcome([frame({**OK, name: seconds}, b"=null")]), SandboxFaultError)
    ended = [frame(OK, b"=null")] * 3 + [frame({**END, "cpu": seconds})]
    assert isinstance(outcome(ended), SandboxFaultError)


scalars = st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.just(HUGE)
values = st.recursive(
    scalars, lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner), max_leaves=5
)
names = st.sampled_from(["k", "outcome", "detail", "seconds", "why", "extra", "cpu", "size"])
told_values = values | st.sampled_from(["reply", "end", "hello", *(one.value for one in Outcome)])
changed = st.builds(
    lambda head, changes, body: head_frame({**head, "size": len(body), **changes}, body),
    st.sampled_from([OK, END]),
    st.dictionaries(names, told_values, max_size=3),
    st.binary(max_size=50)
    | st.sampled_from([b"=null", b"=1", b"![]", b'!{"$tuple":["a","b",{"$tuple":[]}]}']),
)
others = st.builds(lambda text: len(text).to_bytes(4, "big") + text, st.binary(max_size=60))


def head_frame(head: dict[str, object], body: bytes) -> bytes:
    text = json.dumps(head).encode("utf-8", "surrogatepass")
    return len(text).to_bytes(4, "big") + text + body


@settings(max_examples=300, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(changed | others | st.binary(max_size=40), max_size=6))
def test_any_frames_are_an_execution_or_a_fault(frames: list[bytes]) -> None:
    assert isinstance(outcome(frames), Execution | SandboxFaultError)


@pytest.mark.campaign
@settings(max_examples=2500, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(changed | others | st.binary(max_size=40), min_size=4, max_size=8))
def test_ten_thousand_frames_are_executions_or_faults(frames: list[bytes]) -> None:
    assert isinstance(outcome(frames), Execution | SandboxFaultError)
