"""Keep the limits of one attempt, within those of its run."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

from pygent.archive.records import Usage
from pygent.gateway.model_api import Completion, Model, Request
from pygent.gateway.model_errors import Kind, ModelError
from pygent.gateway.models.tokens import of_prompt


class AttemptBudget:
    """A model for one attempt, whose calls it counts. None means no limit. Raises `Kind.ATTEMPT_BUDGET`.

    A call is made if its own prompt still fits beside what is spent, so an attempt ends at most one call's
    output beyond a limit. `model` keeps the run's account and prices. Time spent waiting for an answer counts
    as minutes.
    """

    def __init__(
        self,
        model: Model,
        tokens: int | None = None,
        dollars: float | None = None,
        calls: int | None = None,
        minutes: float | None = None,
        *,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.name = model.name
        self._model = model
        self._tokens, self._dollars, self._calls, self._minutes = tokens, dollars, calls, minutes
        self._clock = clock
        self._started = clock()
        self._spent = Usage()
        self._lock = threading.Lock()  # an attempt makes one request at a time

    def complete(self, request: Request) -> Completion:
        with self._lock:
            if over := self._over(of_prompt(request.messages)):
                text = f"the attempt's budget of {over} is used up"
                raise ModelError(Kind.ATTEMPT_BUDGET, text, usage=Usage())
            try:
                answer = self._model.complete(request)
            except ModelError as error:
                self._spent += error.usage
                raise
            self._spent += answer.usage
            return answer

    def close(self) -> None:
        """Do nothing: the model belongs to the run."""

    def _over(self, prompt: int) -> str:
        spent = self._spent
        if self._calls is not None and spent.calls >= self._calls:
            return "calls"
        if self._tokens is not None and spent.tokens + prompt > self._tokens:
            return "tokens"
        if self._dollars is not None and spent.dollars >= self._dollars:
            return "dollars"
        if self._minutes is not None and self._clock() - self._started >= self._minutes * 60:
            return "minutes"
        return ""
