"""Feed one child: an input goes in, one line comes out, timed by the runner's clock."""

from __future__ import annotations

import errno
import os
import select
import signal
import time

from .no_fork_buffer import NoForkBuffer
from .time_limits import TimeLimits

_NONCE = 16
_GRACE = 0.2  # seconds between the end of the result pipe and the notice of the child's death


class HostGoneError(Exception):
    """Nobody holds the other end any more: kill everything and exit."""


class StepResult:
    """How a step ended. For `ok`, the feed's `answer` holds the line: nonce, mark, payload, line end.

    `seconds` is the time by the clock, `cpu` the CPU time.
    """

    def __init__(self, outcome: str, detail: str, seconds: float) -> None:
        self.outcome, self.detail, self.seconds, self.cpu = outcome, detail, seconds, 0.0


class ChildIO:
    """The runner's side of one child. `answer` and `tail` are hidden buffers that each child reuses."""

    def __init__(
        self,
        pid: int,
        pipes: tuple[int, int, int],
        host: int,
        buffers: tuple[NoForkBuffer, NoForkBuffer],
        answer_bytes: int,
        output_bytes: int,
        times: TimeLimits,
    ) -> None:
        self.pid = pid
        self._inputs, self._results, self._output = pipes
        self.answer, self.tail = buffers
        self.answer.clear()
        self.tail.clear()
        self._answer_bytes, self._output_bytes = answer_bytes, output_bytes
        self._times = times
        self._life = os.pidfd_open(pid)
        self._host = host
        self._closed = False
        self._status: int | None = None
        self._poll = select.poll()
        for fd in (self._results, self._output, self._life):
            self._poll.register(fd, select.POLLIN)
        self._poll.register(host, 0)  # only to notice when it hangs up
        for fd in pipes:
            os.set_blocking(fd, False)

    def exchange(self, line: memoryview, seconds: float) -> StepResult:
        """Send one line and wait for one. Every outcome but `ok` is final for the child."""
        self._pump(0)
        if len(self.answer):
            return StepResult("violation", "wrote to the result pipe before it was asked", 0.0)
        if self._status is not None or self._closed:
            return self._ended(0.0)
        times = self._times
        times.begin(seconds)
        result = self._exchange(line, times)
        now = time.monotonic()
        result.cpu = times.end(now)
        if times.late and result.outcome in ("ok", "died"):
            ending = "answered" if result.outcome == "ok" else "died"
            result.outcome, result.detail = "timeout", f"{times.late}; it {ending} after {times.taken(now)}"
        return result

    def _exchange(self, line: memoryview, times: TimeLimits) -> StepResult:
        nonce = bytes(line[:_NONCE])
        unsent = self._send(line)
        if unsent:
            self._poll.register(self._inputs, select.POLLOUT)
        seen = 0
        while True:
            newline = self.answer.map.find(b"\n", self.answer.start + seen, self.answer.end)
            now = time.monotonic()
            seconds = now - times.start
            if newline >= 0:
                break
            seen = len(self.answer)
            if seen > self._answer_bytes + _NONCE + 2:
                return StepResult("violation", f"an answer of more than {self._answer_bytes} bytes", seconds)
            if self._status is not None or self._closed:
                return self._ended(seconds)
            if now >= times.look_at and (words := times.over(now)):
                return StepResult("timeout", words, seconds)
            self._pump(times.look_at - now)
            if unsent and (unsent := self._send(unsent)) is None:
                self._poll.unregister(self._inputs)
        if unsent:
            self._poll.unregister(self._inputs)
            return StepResult("violation", "answered before it had the whole input", seconds)
        return self._judge(nonce, newline, seconds)

    def extra(self) -> bool:
        """Whether the child wrote more than it was asked for."""
        self._pump(0)
        return len(self.answer) > 0

    def finish(self) -> None:
        """Read the rest of the printed output and close. Call when every process is dead."""
        for _ in range(64):
            if not self.tail.fill(self._output):
                break
            self.tail.keep_tail(self._output_bytes)
        for fd in (self._inputs, self._results, self._output, self._life):
            os.close(fd)

    def _judge(self, nonce: bytes, newline: int, seconds: float) -> StepResult:
        start, end = self.answer.start, self.answer.end
        if newline != end - 1:
            return StepResult("violation", "wrote more than one line", seconds)
        if newline - start - _NONCE - 1 > self._answer_bytes:
            return StepResult("violation", f"an answer of more than {self._answer_bytes} bytes", seconds)
        if newline - start <= _NONCE or bytes(self.answer.view[start : start + _NONCE]) != nonce:
            return StepResult("violation", "an answer without this call's nonce", seconds)
        return StepResult("ok", "", seconds)

    def _send(self, data: memoryview) -> memoryview | None:
        """Write what the pipe takes; return the rest, or None if all is gone (or nobody reads any more)."""
        try:
            sent = os.write(self._inputs, data)
        except BlockingIOError:
            return data
        except BrokenPipeError:  # the child closed its input: it will not answer with the nonce either
            return None
        return data[sent:] if sent < len(data) else None

    def _pump(self, seconds: float) -> None:
        """Wait for one round of events and handle them."""
        for fd, event in self._poll.poll(max(0.0, seconds) * 1000 + (seconds > 0)):
            if fd == self._results:
                if self.answer.fill(fd) == 0:
                    self._closed = True
                    self._poll.unregister(fd)
            elif fd == self._output:
                if self.tail.fill(fd) == 0:
                    self._poll.unregister(fd)
                self.tail.keep_tail(self._output_bytes)
            elif fd == self._life:
                self._bury()
            elif fd == self._host and event & (select.POLLHUP | select.POLLERR):
                raise HostGoneError

    def _bury(self) -> None:
        """Handle the child's death: collect its status and the rest of its output."""
        self._poll.unregister(self._life)
        self._status = os.waitpid(self.pid, 0)[1]
        while not self._closed and len(self.answer) <= self._answer_bytes + _NONCE + 2:
            count = self.answer.fill(self._results)
            if count is None:
                return
            if count == 0:
                self._closed = True
                self._poll.unregister(self._results)

    def _ended(self, seconds: float) -> StepResult:
        limit = time.monotonic() + _GRACE
        while self._status is None and (left := limit - time.monotonic()) > 0:
            self._pump(left)
        if self._status is None:
            return StepResult("violation", "closed its result pipe", seconds)
        code = os.waitstatus_to_exitcode(self._status)
        if code >= 0:
            return StepResult("died", f"exited with status {code}", seconds)
        return StepResult("died", f"killed by {_name(-code)}", seconds)


def _name(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:
        return errno.errorcode.get(number, f"signal {number}")
