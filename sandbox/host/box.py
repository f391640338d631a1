"""A box over any backend's byte channel: the host's side of the grading protocol."""

from __future__ import annotations

import json
import os
import secrets
import select
import time
from base64 import b64encode
from collections.abc import Sequence
from typing import Any

from pygent.sandbox.api import (
    Call,
    CallSession,
    Execution,
    Limits,
    Outcome,
    Program,
    Raised,
    Reply,
    SandboxFaultError,
)
from pygent.sandbox.host.frames import Frames, frame
from pygent.sandbox.host.runner_process import RunnerProcess
from pygent.sandbox.runner import wire

_PATIENCE = 30.0  # seconds beyond the runner's own limits before the engine is held to be at fault
READING_SECONDS = 1.5 / (32 << 20)  # of the host's CPU, for each byte that a child may answer in total
_SILENCE = 5.0  # seconds of silence before the engine is asked whether it is still there
_CHUNK = 1 << 16
_MAX_DETAIL = 2000
_LONGEST = 1e9  # seconds


class RunnerBox:
    """One started runner. Not thread-safe: one evaluation at a time.

    `retired` says why the box must not be used again; earlier replies still stand.
    """

    def __init__(
        self, cell: RunnerProcess, limits: Limits, parcel: bytes, start_seconds: float = 30.0
    ) -> None:
        self._cell = cell
        self._limits = limits
        self._frames = Frames()
        self._unsent = memoryview(parcel)
        self._poll = select.poll()
        self.retired = ""
        self.facts: dict[str, Any] = {}
        self._start_by = time.monotonic() + start_seconds

    def wait(self) -> None:
        """Wait until the runner says hello. Raises `SandboxFaultError`."""
        self._watch()
        try:
            self.facts, _ = self._receive(self._start_by)
        except _BoxEndedError as ended:
            raise SandboxFaultError(
                f"the runner could not start: {ended}; is the memory limit too small?"
            ) from None
        if self.facts.get("k") != "hello":
            raise SandboxFaultError("the runner did not say hello")

    def run(self, program: Program, calls: Sequence[Call]) -> Execution:
        parts = [self._opening(program), *map(_call, calls), frame({"op": "end"})]
        return _Session(self, b"".join(parts), asked=len(calls), ending=True).close()

    def open(self, program: Program) -> CallSession:
        return _Session(self, self._opening(program), asked=0, ending=False)

    def alive(self) -> bool:
        """Whether an idle box is still there: its channel is open and silent."""
        return not self.retired and not self._poll.poll(0)

    def trouble(self) -> str:
        """Why a box that is alive will not answer, or ''."""
        return self._cell.trouble()

    def close(self) -> None:
        self.retired = self.retired or "closed"
        self._cell.kill()

    def _opening(self, program: Program) -> bytes:
        limits = self._limits
        settings = {
            "answer_bytes": limits.answer_bytes,
            "output_bytes": limits.output_bytes,
            "load_seconds": limits.load_seconds,
            "call_seconds": min(limits.call_seconds, program.call_seconds or limits.call_seconds),
            "total_seconds": limits.total_seconds,
            "wall_factor": limits.wall_factor,
            "grace": limits.grace,
        }
        files = program.files.items()
        code = {
            "files": {path: text for path, text in files if isinstance(text, str)},
            "data": {path: b64encode(data).decode() for path, data in files if isinstance(data, bytes)},
            "entry": program.entry,
            "path": program.path,
            "converses": program.converses,
        }
        return frame({"op": "open", "limits": settings}, _line(json.dumps(code)))

    def _reply(self, head: dict[str, Any], body: bytes, loading: bool, seconds_left: float) -> Reply:
        try:
            outcome, detail = Outcome(head["outcome"]), str(head["detail"])
            seconds, cpu = _seconds(head["seconds"]), _seconds(head["cpu"])
        except (KeyError, TypeError, ValueError):
            raise SandboxFaultError("the runner's reply cannot be read") from None
        if outcome is not Outcome.OK:
            return Reply(outcome, detail=detail, seconds=seconds, cpu_seconds=cpu)
        try:
            value = wire.decode(body[1:], self._limits.answer_bytes, seconds=seconds_left)
        except wire.WireError as error:
            return Reply(
                Outcome.VIOLATION, detail=f"not a plain value: {error}", seconds=seconds, cpu_seconds=cpu
            )
        mark = body[:1]
        if mark == b"!" and (raised := _raised(value)) is not None:
            return Reply(Outcome.RAISED, detail=raised[0], seconds=seconds, cpu_seconds=cpu, raised=raised[1])
        if mark != b"=" or (loading and value is not None):
            return Reply(
                Outcome.VIOLATION, detail="neither a value nor an exception", seconds=seconds, cpu_seconds=cpu
            )
        return Reply(Outcome.OK, value, seconds=seconds, cpu_seconds=cpu)

    def _receive(self, deadline: float) -> tuple[dict[str, Any], bytes]:
        """The next frame. Sends what is still unsent while it waits."""
        max_body = self._limits.answer_bytes + self._limits.output_bytes + _CHUNK
        while (got := self._frames.next(max_body)) is None:
            left = deadline - time.monotonic()
            if left <= 0:
                raise SandboxFaultError("the runner fell silent")
            ready = self._poll.poll(min(left, _SILENCE) * 1000)
            if not ready and (trouble := self._cell.trouble()):
                raise SandboxFaultError(trouble)
            for fd, event in ready:
                if event & select.POLLOUT and fd == self._cell.writer:
                    self._send()
                if event & ~select.POLLOUT and fd == self._cell.reader:
                    self._read_bytes()
        return got

    def _send(self) -> None:
        try:
            sent = os.write(self._cell.writer, self._unsent)
        except BlockingIOError:
            return
        except OSError:  # closed: the next read says why
            sent = len(self._unsent)
        self._unsent = self._unsent[sent:]
        if not self._unsent:
            self._watch()

    def _read_bytes(self) -> None:
        try:
            data = os.read(self._cell.reader, _CHUNK)
        except BlockingIOError:
            return
        except OSError:
            data = b""
        if data:
            self._frames.feed(self._cell.unwrap(data))
            return
        death = self._cell.death()
        if death.by_candidate:
            raise _BoxEndedError(death.text)
        raise SandboxFaultError(death.text)

    def _watch(self) -> None:
        reader, writer = self._cell.reader, self._cell.writer
        sending = select.POLLOUT if self._unsent else 0
        if reader == writer:
            self._poll.register(reader, select.POLLIN | sending)
        else:
            self._poll.register(reader, select.POLLIN)
            self._poll.register(writer, sending) if sending else _forget(self._poll, writer)


class _Session:
    """One conversation with a child: requests may run ahead of the replies."""

    def __init__(self, box: RunnerBox, request: bytes, *, asked: int, ending: bool) -> None:
        if box.retired:
            raise SandboxFaultError(f"this box is retired: {box.retired}")
        self._box = box
        self._calls = asked
        self._ending = ending
        self._replies: list[Reply] = []
        self._left = box._limits.all_answers_bytes
        self._reading = self._left * READING_SECONDS
        limits = box._limits
        self._deadline = time.monotonic() + limits.total_seconds * limits.wall_factor + _PATIENCE
        self._end: Execution | None = None
        self._say(request)
        if not ending:
            self._read_reply()

    @property
    def load(self) -> Reply:
        return self._replies[0]

    @property
    def going(self) -> bool:
        return self._end is None and _goes_on(self._replies)

    def call(self, call: Call) -> Reply:
        if not self.going:
            raise ValueError("the child has ended")
        self._calls += 1
        self._say(_call(call))
        self._read_reply()
        return self._replies[-1]

    def close(self) -> Execution:
        if not self._ending:
            self._ending = True
            if self._end is None:
                self._say(frame({"op": "end"}))
        while self._end is None:
            self._read_reply()
        return self._end

    def _say(self, data: bytes) -> None:
        self._box._unsent = memoryview(bytes(self._box._unsent) + data)
        self._box._watch()

    def _read_reply(self) -> None:
        """Read one reply, or the end."""
        try:
            self._take()
        except SandboxFaultError as fault:
            self._box.retired = str(fault)
            raise

    def _take(self) -> None:
        replies = self._replies
        try:
            head, body = self._box._receive(self._deadline)
        except _BoxEndedError as ended:
            self._box.retired = ended.text
            replies.append(Reply(Outcome.DIED, detail="ran into the memory limit, which ended its box too"))
            self._end = _execution(replies, 0.0, None, b"")
            return
        if head.get("k") != "end":
            if len(replies) <= self._calls and (not replies or _goes_on(replies)):
                replies.append(self._reply(head, body))
            return
        if not replies or (_goes_on(replies) and len(replies) <= self._calls):
            raise SandboxFaultError("the runner left out a reply")
        try:
            self._box.retired = str(head["why"])
            if head["extra"] and _goes_on(replies):
                replies[-1] = Reply(Outcome.VIOLATION, detail="wrote more than one line")
            self._end = _execution(replies, _seconds(head["seconds"]), _seconds(head["cpu"]), body)
        except (KeyError, TypeError, ValueError):
            raise SandboxFaultError("the runner's report cannot be read") from None

    def _reply(self, head: dict[str, Any], body: bytes) -> Reply:
        """One reply, within the limits on all replies' size and on the host's time to read them."""
        most = self._box._limits.all_answers_bytes
        self._left -= len(body)
        if self._left < 0:
            return Reply(Outcome.VIOLATION, detail=f"answers of more than {most} bytes in total")
        if self._reading <= 0:
            return Reply(Outcome.VIOLATION, detail="answers that take too long to read")
        began = time.thread_time()
        reply = self._box._reply(head, body, not self._replies, self._reading)
        self._reading -= time.thread_time() - began
        return reply


class _BoxEndedError(Exception):
    """The whole box was ended because of the candidate's memory use."""

    def __init__(self, text: str) -> None:
        self.text = text
        super().__init__(text)


def _call(call: Call) -> bytes:
    return frame({"op": "call"}, _line(wire.encode((tuple(call.args), dict(call.kwargs)))))


def _raised(value: object) -> tuple[str, Raised] | None:
    """An exception's text and facts, if the child reported it in the right form."""
    if not (isinstance(value, tuple) and len(value) == 3):
        return None
    text, kind, args = value
    if not (isinstance(text, str) and isinstance(kind, str) and isinstance(args, tuple)):
        return None
    return text[:_MAX_DETAIL], Raised(kind[:_MAX_DETAIL], args)


def _line(payload: str) -> bytes:
    return f"{secrets.token_hex(8)} {payload}\n".encode()


def _goes_on(replies: list[Reply]) -> bool:
    last = replies[-1].outcome
    return last is Outcome.OK or (last is Outcome.RAISED and len(replies) > 1)


def _seconds(value: object) -> float:
    """A time that the runner reported. Raises `ValueError` if it is not one."""
    if isinstance(value, int | float) and 0 <= value < _LONGEST:
        return float(value)
    raise ValueError(f"{value!r:.40} is not a time")


def _execution(replies: list[Reply], seconds: float, cpu: float | None, tail: bytes) -> Execution:
    return Execution(replies[0], tuple(replies[1:]), seconds, cpu, tail.decode(errors="replace"))


def _forget(poll: select.poll, fd: int) -> None:
    try:
        poll.unregister(fd)
    except KeyError:
        return
