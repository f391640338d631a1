"""The door of one attempt: every request of its box to the outside goes through here, once."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from typing import Any, Protocol

from pygent.archive.records import Usage
from pygent.gateway.box.box_requests import Asked, CallTool, Complete, Evaluate, InvalidRequestError, read
from pygent.gateway.model_api import CUT_OFF, Model, Request
from pygent.gateway.model_errors import Kind, ModelError
from pygent.gateway.transcripts import KIND, Transcript
from pygent.prompts.message import Message
from pygent.prompts.quote import line
from pygent.sandbox.host import json_values

log = logging.getLogger(__name__)

# What our own code may raise over a message that it did not foresee. None of these ends a run.
OVER_A_MESSAGE = (
    TypeError, ValueError, LookupError, AttributeError, ArithmeticError, RecursionError, MemoryError
)  # fmt: skip
MOST_ASKED = 1000  # by one attempt: more means that it goes round in circles

Step = Callable[[str, Callable[[], Mapping[str, Any]]], Mapping[str, Any]]
Service = Callable[[Any], Mapping[str, Any]]


class Tools(Protocol):
    """The tools of MCP servers."""

    def call(self, tool: str, arguments: Mapping[str, Any]) -> Mapping[str, Any]:
        """Return `text` and `is_error`, or `error` and `text` if there was no answer."""
        ...


class RecordedAnswers(Protocol):
    """Answers of an earlier run, which `--replay` uses in place of the world."""

    def answer(self, place: str, number: int, op: str) -> Mapping[str, Any]:
        """`answer`, `usage` and `model` of exchange `number` at one of the attempt's doors."""
        ...


@dataclass(frozen=True)
class Sampling:
    """How models answer: with at most `max_tokens` tokens each, which also is the most that a box may ask."""

    max_tokens: int
    temperature: float | None
    seed: int


class AttemptGateway:
    """Answers a box's messages.

    Each exchange is in the journal before its answer is handed over, so a run that is killed pays for nothing
    twice: the k-th exchange of an attempt has the k-th answer.

    What ends the run (no access, no credit, a breaker) is raised as `ModelError`. Anything else is an answer;
    if it went wrong it has `error` (a kind of `pygent.gateway.model_errors`, `budget`, `malformed`,
    `unknown`) and `text`.
    """

    def __init__(
        self,
        model: Model | None,
        transcript: Transcript,
        once: Step,
        sampling: Sampling,
        *,
        tools: Tools | None = None,
        services: Mapping[str, Service] | None = None,
        recorded: RecordedAnswers | None = None,
        place: str = "",
    ) -> None:
        """`services` answer `archive`, `evaluate` and `inputs`; `place` tells the doors of one attempt apart.

        There is one door for its proposal, and one for each task by which the proposal is measured.
        """
        self.usage = Usage()
        self.steps = 0
        self.refused = ""
        self.conversation: tuple[Message, ...] = ()
        self._model = model
        self._transcript = transcript
        self._once = once
        self._sampling = sampling
        self._tools = tools
        self._services = services or {}
        self._recorded = recorded
        self._place = place
        self._exchanges = 0

    def handle(self, message: object) -> dict[str, Any]:
        """The answer to one message of a box."""
        if self._exchanges >= MOST_ASKED:
            return _error("budget", f"the door was asked {MOST_ASKED} times: hand back what you have")
        number = self._exchanges
        self._exchanges += 1
        if wrong := json_values.trouble(message):
            return _error("malformed", f"a message holds JSON values only: {wrong}")
        try:
            asked = read(message)
        except InvalidRequestError as error:
            return _error("malformed", line(str(error)))
        if isinstance(asked, Complete):
            self.conversation = asked.conversation()
        step = f"{KIND}:{self._place}/{number}"
        try:
            exchange = self._once(step, lambda: self._exchanged(asked, number))
        except ModelError as error:
            if error.kind not in (Kind.BUDGET, Kind.ATTEMPT_BUDGET):
                raise
            self.usage += error.usage
            self.refused = f"{error.kind}: {error}"
            return _error("budget", str(error))
        except OVER_A_MESSAGE as error:  # job border: one exchange
            log.warning("an exchange failed: %s: %s", type(error).__name__, line(str(error), 200))
            return _error("malformed", line(f"{type(error).__name__}: {error}", 200))
        self.usage += Usage(**exchange["usage"])
        self.steps += asked.op == "complete"
        return dict(exchange["answer"])

    def _exchanged(self, asked: Asked, number: int) -> Mapping[str, Any]:
        """Make one exchange and return it as the journal and the archive keep it."""
        started = time.monotonic()
        request = self._request(asked) if isinstance(asked, Complete) else None
        kept = (
            self._transcript.completion(request, asked.stage)
            if request and isinstance(asked, Complete)
            else self._kept(asked)
        )
        usage, model = Usage(), ""
        if self._recorded is not None:
            known = self._recorded.answer(self._place, number, asked.op)
            answer, usage, model = known["answer"], Usage(**known["usage"]), known["model"]
        elif request is not None:
            answer, usage, model = self._completed(request)
        elif isinstance(asked, CallTool):
            answer = self._called(asked)
        elif asked.op in self._services:
            answer = self._services[asked.op](asked)
        else:
            answer = _error("unknown", f"{asked.op} is not available here")
        return {
            "op": asked.op,
            "place": self._place,
            "stage": asked.stage if isinstance(asked, Complete) else "",
            "request": kept,
            "answer": answer,
            "usage": asdict(usage),
            "model": model,
            "seconds": round(time.monotonic() - started, 3),
        }

    def _request(self, asked: Complete) -> Request:
        return Request(
            asked.conversation(),
            min(asked.max_tokens or self._sampling.max_tokens, self._sampling.max_tokens),
            self._sampling.temperature,
            self._sampling.seed,
            asked.specs(),
            asked.schema_,
        )

    def _completed(self, request: Request) -> tuple[Mapping[str, Any], Usage, str]:
        if self._model is None:
            return _error("unknown", "this attempt has no model"), Usage(), ""
        redact = self._transcript.redact
        try:
            got = self._model.complete(request)
        except ModelError as error:
            if error.kind.ends_run or error.kind is Kind.ATTEMPT_BUDGET:
                raise
            return _error(error.kind.value, line(redact(str(error)))), error.usage, ""
        calls = [[redact(call.id), redact(call.name), redact.in_json(call.arguments)] for call in got.calls]
        cut_off = got.finish_reason == CUT_OFF
        return {"text": redact(got.text), "calls": calls, "cut_off": cut_off}, got.usage, redact(got.model)

    def _called(self, asked: CallTool) -> Mapping[str, Any]:
        if self._tools is None:
            return _error("unknown", "no MCP server is connected; see `pygent mcp list`")
        answer = dict(self._tools.call(asked.tool, asked.arguments))
        answer["text"] = self._transcript.redact(str(answer["text"]))
        return answer

    def _kept(self, asked: Asked) -> dict[str, Any]:
        """A request as the record keeps it: only the names of files, as trees are kept elsewhere."""
        if isinstance(asked, Evaluate):
            return {"op": asked.op, "files": self._transcript.redact.within(sorted(asked.files))}
        kept: dict[str, Any] = self._transcript.redact.within(asked.model_dump(mode="json"))
        return kept


def _error(kind: str, text: str) -> dict[str, Any]:
    return {"error": kind, "text": text}
