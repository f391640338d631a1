"""The host trusts no more of a runner than it must: a box in hostile hands is a fault, not a crash."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pygent.sandbox.api import Call, Limits, Outcome, Program, SandboxFaultError
from pygent.sandbox.host.box import RunnerBox
from pygent.sandbox.host.frames import Frames, frame
from pygent.sandbox.host.runner_process import Death

ECHO = Program({"m.py": ""}, "m:f")
OK = {"k": "reply", "outcome": "ok", "detail": "", "seconds": 0.1, "cpu": 0.1}
END = {"k": "end", "why": "", "extra": False, "seconds": 0.2, "cpu": 0.1}


class FakeCell:
    """A channel whose other end is the test."""

    def __init__(self, says: bytes, by_candidate: bool = False) -> None:
        self.reader, speak = os.pipe()
        self._hear, self.writer = os.pipe()
        os.set_blocking(self.reader, False)
        os.set_blocking(self.writer, False)
        self._by_candidate = by_candidate
        self.killed = False
        self._threads = [
            threading.Thread(target=self._speak, args=(speak, says), daemon=True),
            threading.Thread(target=self._listen, daemon=True),
        ]
        for thread in self._threads:
            thread.start()

    def _speak(self, fd: int, says: bytes) -> None:
        os.write(fd, says)
        os.close(fd)

    def _listen(self) -> None:
        while os.read(self._hear, 65536):
            pass

    def unwrap(self, data: bytes) -> bytes:
        return data

    def death(self) -> Death:
        return Death(self._by_candidate, "it is dead")

    def kill(self) -> None:
        self.killed = True
        os.close(self.writer)
        for thread in self._threads:
            thread.join()
        os.close(self.reader)
        os.close(self._hear)


def answers(*frames: bytes, by_candidate: bool = False) -> Iterator[RunnerBox]:
    box = RunnerBox(FakeCell(b"".join(frames), by_candidate), Limits(answer_bytes=1000), b"")
    try:
        yield box
    finally:
        box.close()


@pytest.mark.parametrize(
    "frames",
    [
        [b"\x00\x00\x00\x02[]"],
        [b"\x00\x00\x00\x03{x}"],
        [b"\xff\xff\xff\xff"],
        [frame(OK, b"=null"), b"\x00\x00\x00\x0c" + b'{"size":-10}'],
        [b"\x00\x00\x00\x12" + b'{"size":999999999}'],
        [frame({"k": "reply"}, b"=null")],
        [frame({**OK, "outcome": "perfect"}, b"=null")],
        [frame(OK, b"=null"), frame(END)],
        [frame(END)],
        [frame(OK, b"=null"), frame(OK, b"=1"), frame({"k": "end"})],
        [frame(OK, b"=null"), frame(OK, b"=1")],
        [],
    ],
)
def test_nonsense_from_the_runner_is_a_fault_and_retires_the_box(frames: list[bytes]) -> None:
    for box in answers(*frames):
        with pytest.raises(SandboxFaultError):
            box.run(ECHO, [Call()])
        assert box.retired
        assert not box.alive()


def test_a_death_for_memory_of_the_whole_box_is_the_candidates() -> None:
    for box in answers(frame(OK, b"=null"), frame(OK, b"=7"), by_candidate=True):
        execution = box.run(ECHO, [Call(), Call(), Call()])
        assert [reply.outcome for reply in execution.replies] == [Outcome.OK, Outcome.DIED]
        assert execution.replies[0].value == 7
        assert box.retired


def test_replies_stand_where_the_box_could_not_be_cleaned_and_it_is_retired() -> None:
    for box in answers(frame(OK, b"=null"), frame(OK, b"=7"), frame({**END, "why": "files are left"})):
        assert box.run(ECHO, [Call()]).last.value == 7
        assert box.retired == "files are left"
        with pytest.raises(SandboxFaultError, match="files are left"):
            box.run(ECHO, [Call()])


def test_extra_output_after_the_last_answer_undoes_it() -> None:
    for box in answers(frame(OK, b"=null"), frame(OK, b"=7"), frame({**END, "extra": True})):
        assert box.run(ECHO, [Call()]).last.outcome is Outcome.VIOLATION


_heads = st.dictionaries(st.text(max_size=3), st.integers(), max_size=2)


@given(st.lists(st.tuples(_heads, st.binary(max_size=50)), max_size=4), st.data())
def test_frames_come_out_however_the_stream_is_cut(
    sent: list[tuple[dict[str, int], bytes]], data: st.DataObject
) -> None:
    stream = b"".join(frame(head, body) for head, body in sent)
    frames, got = Frames(), []
    while stream:
        cut = data.draw(st.integers(1, len(stream)))
        frames.feed(stream[:cut])
        stream = stream[cut:]
        while (found := frames.next(50)) is not None:
            got.append(found)
    assert got == [({**head, "size": len(body)}, body) for head, body in sent]
