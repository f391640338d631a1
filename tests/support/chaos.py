"""A model server that fails at random, and keeps the books of what it answered and what that cost.

Every fault of the table in docs/how-to/models.md is among them. All chance comes from a seed.
"""

from __future__ import annotations

import json
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from random import Random

import pytest

from pygent.gateway.models.circuit_breaker import Breaker
from pygent.gateway.models.openai_model import OpenAIModel
from pygent.gateway.models.retrying_model import Policy
from tests.support.servers.model_server import (
    Request,
    Step,
    call,
    cut,
    hang,
    raw,
    refuse_connection,
    say,
    status,
)

TIMEOUT = 2.0  # seconds that a client waits here: far more than any answer takes
_BLOCK = "<<<<<<< SEARCH\n    return 0\n=======\n    return {}\n>>>>>>> REPLACE"


def good(number: int) -> str:
    """A small edit of the small target, another one for each number."""
    return f"IDEA: return {number}\n\nranges.py\n```python\n{_BLOCK.format(number)}\n```"


def _garbled(request: Request) -> Step:
    whole = say("hello")(request).body
    assert whole is not None
    return raw(whole[: len(whole) // 2])


def _refusal(request: Request) -> Step:
    return say("", refusal="I would rather not.")(request)


def _cut_stream(request: Request) -> Step:
    return Step(body=say(good(0))(request).body, cut_after=2)


TRANSIENT: dict[str, Callable[[Request], Step]] = {
    "429": lambda request: status(429),
    "429, come back soon": lambda request: status(429, retry_after="0.01"),
    "500": lambda request: status(500),
    "529": lambda request: status(529, "overloaded"),
    "time-out": lambda request: hang(),
    "connection refused": lambda request: refuse_connection(),
    "connection cut": lambda request: cut(),
    "stream cut": _cut_stream,
    "truncated JSON": _garbled,
    "no JSON": lambda request: raw(b"<html>an error page</html>"),
    "JSON of another kind": lambda request: raw(b'{"choices": "none"}'),
    "empty answer": say(""),
}
OF_THE_ATTEMPT: dict[str, Callable[[Request], Step]] = {
    "429, come back late": lambda request: status(429, retry_after="86400"),
    "refusal": _refusal,
    "context": lambda request: status(400, "too long", code="context_length_exceeded"),
    "bad request": lambda request: status(400, "no such parameter"),
    "no edit": say("Let me think about that."),
    "an edit that fits nowhere": say(good(1).replace("return 0", "return nothing")),
    "cut at its limit": say(good(2)[:40], finish_reason="length"),
    "a tool that is not there": call(("no_such_tool", {"a": 1})),
    "arguments that are no JSON": call(("view", '{"path": ')),
}


class Chaos:
    """`share` of the answers are faults. `counts` says what was answered how often, `billed` how many tokens
    were reported to be paid in whole answers."""

    def __init__(self, seed: int, share: float = 0.5, answers: Callable[[int], str] = good) -> None:
        self._rng = Random(seed)
        self._share = share
        self._answers = answers
        self._lock = threading.Lock()
        self._good = 10
        self.counts: Counter[str] = Counter()
        self.billed = 0

    def __call__(self, request: Request) -> Step:
        with self._lock:
            name, answer = self._next()
            self.counts[name] += 1
            step = answer(request)
            self.billed += _usage(step)
            return step

    def _next(self) -> tuple[str, Callable[[Request], Step]]:
        if self._rng.random() < self._share:
            faults = TRANSIENT if self._rng.random() < 0.75 else OF_THE_ATTEMPT
            name = self._rng.choice(sorted(faults))
            return name, faults[name]
        self._good += 1
        return "good", say(self._answers(self._good))


def _usage(step: Step) -> int:
    """The tokens that an answer reports, if it comes whole."""
    if step.status != 200 or step.hang or not step.body or step.cut_after is not None or step.promised:
        return 0
    try:
        return int(json.loads(step.body)["usage"]["total_tokens"])
    except (ValueError, LookupError, TypeError):
        return 0


@contextmanager
def impatience() -> Iterator[None]:
    """Waits of milliseconds instead of seconds: what is tested is what is done, not how long it is waited."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(
            "pygent.gateway.models.retrying_model.Policy", partial(Policy, first=0.002, longest=0.01)
        )
        patch.setattr(
            "pygent.evolution.models.model_session.Breaker", partial(Breaker, cool_down=0.02, longest=0.1)
        )
        patch.setattr("pygent.gateway.models.circuit_breaker._GLANCE", 0.005)
        patch.setattr(
            "pygent.gateway.models.connect.OpenAIModel",
            lambda name, key, url, timeout: OpenAIModel(name, key, url, TIMEOUT),
        )
        yield
