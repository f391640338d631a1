"""Ask again if that may help: bounded, with jitter, and no sooner than the server asks."""

from __future__ import annotations

import logging
import random
import time
from collections.abc import Callable
from dataclasses import dataclass, replace

from pygent.archive.records import Usage
from pygent.gateway.model_api import Completion, Model, ModelLayer, Request
from pygent.gateway.model_errors import ModelError

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Policy:
    """`tries` calls in total, and the waits between them.

    Waits double from `first` to `longest` seconds, each shortened at random by up to a half, so that many
    workers do not come back at once. A server that asks for more than `patience` seconds is not waited for.
    """

    tries: int = 5
    first: float = 1.0
    longest: float = 30.0
    patience: float = 120.0

    def wait(self, tried: int, retry_after: float | None, chance: float) -> float | None:
        """Seconds to wait after `tried` calls, or None to give up. `chance` is uniform in [0, 1)."""
        if tried >= self.tries:
            return None
        if retry_after is not None:
            return retry_after * (1 + chance / 10) if retry_after <= self.patience else None
        return min(self.longest, self.first * 2.0 ** (tried - 1)) * (1 - chance / 2)


class Retrying(ModelLayer):
    """A model that asks again after transient faults. The last try's usage includes the failed ones' cost."""

    def __init__(
        self,
        model: Model,
        policy: Policy | None = None,
        *,
        sleep: Callable[[float], object] = time.sleep,
        chance: Callable[[], float] = random.random,
    ) -> None:
        """If `sleep` returns true, as a stop event's `wait` does, the model gives up."""
        super().__init__(model)
        self._policy = policy or Policy()
        self._sleep = sleep
        self._chance = chance

    def complete(self, request: Request) -> Completion:
        paid = Usage()
        tried = 0
        while True:
            tried += 1
            try:
                answer = self._model.complete(request)
                return replace(answer, usage=paid + answer.usage)
            except ModelError as error:
                paid += error.usage
                error.usage = paid
                wait = self._policy.wait(tried, error.retry_after, self._chance())
                if not error.kind.transient or wait is None:
                    raise
                log.warning("%s; try %d of %d in %.1f s", error, tried + 1, self._policy.tries, wait)
                if self._sleep(wait):
                    raise
