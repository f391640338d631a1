"""Circuit breakers: what fails repeatedly is left alone for a while, then probed by a single call."""

from __future__ import annotations

import logging
import threading
import time
from collections import deque
from collections.abc import Callable
from typing import Any, Literal

from pygent.archive.records import Usage
from pygent.gateway.model_api import CUT_OFF, Completion, Model, ModelLayer, Request
from pygent.gateway.model_errors import Kind, ModelError

log = logging.getLogger(__name__)

State = Literal["closed", "open", "half_open"]
_GLANCE = 0.2  # seconds between two checks of a waiting call
_MOST_WASTED = 3  # answers in a row that were all thinking
_FAILING, _VIOLATING = 0.9, 0.5  # shares of the latest attempts that end a run


class Breaker:
    """Opens after `failures` in a row.

    After `cool_down` seconds one call may probe: it closes the breaker, or opens it again for twice as long,
    at most `longest`. Thread-safe.
    """

    def __init__(
        self,
        name: str,
        *,
        failures: int = 5,
        cool_down: float = 10.0,
        longest: float = 120.0,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.name = name
        self._most = failures
        self._first = self._pause = cool_down
        self._longest = longest
        self._clock = clock
        self._lock = threading.Lock()
        self._state: State = "closed"
        self._in_a_row = 0
        self._since = clock()
        self._opened = 0.0
        self._reason = ""
        self._wasted = 0
        self._given_up = ""

    def admit(self) -> bool:
        """Whether a call may be made now. A caller that is let through reports `succeeded` or `failed`."""
        with self._lock:
            if self._given_up:
                return False
            if self._state == "open" and self._clock() - self._since >= self._pause:
                self._change("half_open")
                return True
            return self._state == "closed"

    def succeeded(self) -> None:
        with self._lock:
            self._in_a_row, self._pause, self._reason = 0, self._first, ""
            if self._state != "closed" and not self._given_up:
                self._change("closed")

    def failed(self, reason: str) -> None:
        with self._lock:
            self._in_a_row += 1
            self._reason = reason
            if self._given_up:
                return
            if self._state == "half_open":
                self._pause = min(self._longest, 2 * self._pause)
                self._change("open")
            elif self._state == "closed" and self._in_a_row >= self._most:
                self._opened = self._clock()
                self._change("open")

    def spoke(self) -> None:
        """Record an answer with words or calls in it."""
        with self._lock:
            self._wasted = 0

    def wasted(self, reason: str) -> int:
        """Record an answer that was all thinking; returns how many there were in a row.

        After `_MOST_WASTED` it opens for good, as the next ones would cost as much.
        """
        with self._lock:
            self._wasted += 1
            if self._wasted >= _MOST_WASTED and not self._given_up:
                self._given_up, self._opened = reason, self._clock()
                self._change("open")
            return self._wasted

    @property
    def given_up(self) -> str:
        """Why it will never close again, or ''."""
        with self._lock:
            return self._given_up

    @property
    def open_for(self) -> float | None:
        """Seconds since it opened, including failed probes; None if it is closed."""
        with self._lock:
            return None if self._state == "closed" else self._clock() - self._opened

    def snapshot(self) -> dict[str, Any]:
        """Its state, for `pygent status`."""
        with self._lock:
            return {
                "state": self._state,
                "seconds": round(self._clock() - self._since, 1),
                "failures": self._in_a_row,
                "reason": self._given_up or self._reason,
            }

    def _change(self, state: State) -> None:
        self._state, self._since = state, self._clock()


class CircuitBreakerModel(ModelLayer):
    """A model behind a breaker.

    While the breaker is open, calls wait for the next probe. If it stays open for `minutes`, or `ended`
    returns a reason for the run to end, they give up with `Kind.BREAKER`, which ends the run.

    An answer whose limit went into thinking is `Kind.CUT_OFF`. In a conversation that has begun, the first
    one in a row is passed on, as the next answer may be shorter. A model that goes on so ends the run, too.
    """

    def __init__(
        self,
        model: Model,
        breaker: Breaker,
        *,
        minutes: float,
        ended: Callable[[], str | None] = lambda: None,
        sleep: Callable[[float], object] = time.sleep,
    ) -> None:
        super().__init__(model)
        self.breaker = breaker
        self._seconds = minutes * 60
        self._ended = ended
        self._sleep = sleep

    def complete(self, request: Request) -> Completion:
        while not self.breaker.admit():
            if why := self.breaker.given_up:
                text = f"{why}, then resume the run: it ended as that happened {_MOST_WASTED} times in a row"
                raise ModelError(Kind.BREAKER, text, usage=Usage())
            waited = self.breaker.open_for or 0.0
            if waited >= self._seconds or self._ended():
                why = self.breaker.snapshot()["reason"]
                text = f"{self.name} has failed for {waited / 60:.1f} minutes: {why}"
                raise ModelError(Kind.BREAKER, text, usage=Usage())
            self._sleep(_GLANCE)
        try:
            answer = self._model.complete(request)
        except ModelError as error:
            if error.kind.transient:
                self.breaker.failed(str(error))
            else:  # it answers, though not as hoped
                self.breaker.succeeded()
            raise
        self.breaker.succeeded()
        if not _is_thinking_alone(answer):
            self.breaker.spoke()
            return answer
        spent = f"all {answer.usage.completion_tokens} tokens of the answer went into thinking"
        text = f"{self.name}: {spent}, at a limit of {request.max_tokens}: raise --max-answer-tokens"
        in_a_row = self.breaker.wasted(text)
        if in_a_row == 1:
            log.warning("%s", text)
        if in_a_row == 1 and any(message.role == "assistant" for message in request.messages):
            return answer
        raise ModelError(Kind.CUT_OFF, text, usage=answer.usage)


def _is_thinking_alone(answer: Completion) -> bool:
    """Whether an answer was cut off before it said anything."""
    from pygent.target_modules.patch.parse.answer_text import ReadError
    from pygent.target_modules.patch.parse.thinking_marks import without_thinking

    if answer.finish_reason != CUT_OFF or answer.calls:
        return False
    try:
        said = without_thinking(answer.text).strip()
    except ReadError:
        return False
    return not said


class RunBreaker:
    """Ends a run that goes wrong as a whole.

    It trips if too many attempts fail at the door, money is spent too fast, or too many variants break the
    sandbox's rules. `window` is the number of latest attempts that count.
    """

    def __init__(self, *, dollars_per_hour: float | None = None, window: int = 40) -> None:
        self._rate = dollars_per_hour
        self._failed: deque[bool] = deque(maxlen=window)
        self._broke: deque[bool] = deque(maxlen=window)
        self._dollars = self._seconds = 0.0

    def note_attempt(self, *, failed: bool, violation: bool) -> None:
        """Record the end of an attempt: did its model give it nothing, did its variant break a rule?"""
        self._failed.append(failed)
        self._broke.append(violation)

    def note_spend(self, dollars: float, seconds: float) -> None:
        """Record what this session has spent so far, and in how many seconds."""
        self._dollars, self._seconds = dollars, seconds

    @property
    def tripped(self) -> str:
        """Why the run must end, or ''."""
        full = len(self._failed) == self._failed.maxlen
        if full and sum(self._failed) >= _FAILING * len(self._failed):
            return (
                f"{sum(self._failed)} of the last {len(self._failed)} attempts got nothing from their model"
            )
        if full and sum(self._broke) >= _VIOLATING * len(self._broke):
            return f"{sum(self._broke)} of the last {len(self._broke)} variants broke the sandbox's rules"
        hours = max(self._seconds, 60.0) / 3600  # the first minute says little about a rate
        if self._rate is not None and self._dollars / hours > self._rate and self._seconds >= 60.0:
            return f"${self._dollars / hours:.2f} an hour is more than dollars_per_hour allows"
        return ""

    def snapshot(self) -> dict[str, Any]:
        return {
            "state": "open" if self.tripped else "closed",
            "failed": sum(self._failed),
            "violations": sum(self._broke),
            "of": len(self._failed),
            "reason": self.tripped,
        }
