"""Keep the run's limits on tokens and dollars, counting the calls still in flight."""

from __future__ import annotations

import threading
from dataclasses import replace

from pygent.archive.records import Usage
from pygent.gateway.model_api import Completion, Model, ModelLayer, Request
from pygent.gateway.model_errors import Kind, ModelError
from pygent.gateway.models.prices import Price, require
from pygent.gateway.models.tokens import of_prompt


class RunAccount:
    """One run's account. Thread-safe; None means no limit.

    A call is admitted if its own prompt fits beside what is spent and the worst case of all calls in flight.
    So the run ends at most one call's output (and the error in guessing one prompt) beyond the limit.
    """

    def __init__(
        self,
        tokens: int | None = None,
        dollars: float | None = None,
        spent: Usage | None = None,
        *,
        calls: int | None = None,
        is_limited: bool = False,
    ) -> None:
        """`spent` is what a resumed run has already paid. `is_limited`: the run has another limit as well."""
        self._tokens = tokens
        self._dollars = dollars
        self._calls = calls
        self._is_limited = is_limited or calls is not None
        self._spent = spent or Usage()
        self._held: list[Usage] = []
        self._refused = ""
        self._change = threading.Condition()

    def check(self, model: str, price: Price | None, *, is_nearby: bool = False) -> None:
        """Raise `PriceUnknownError` if the model has no price and no limit here could be kept without one."""
        require(
            model,
            price,
            tokens=self._tokens,
            dollars=self._dollars,
            is_nearby=is_nearby,
            is_limited=self._is_limited,
        )

    @property
    def spent(self) -> Usage:
        with self._change:
            return self._spent

    @property
    def exhausted(self) -> str:
        """The limit that is used up (`tokens`, `dollars`, `calls`), or ''. Once reported, it stays."""
        with self._change:
            return self._refused or self._over(Usage())

    def reserve(self, prompt: Usage, whole: Usage) -> bool:
        """Hold `whole`, a call's worst case, if its `prompt` fits. False: the budget is used up.

        Waits while only calls in flight stand against it, as they may cost less than is held for them.
        """
        with self._change:
            while not self._refused:
                self._refused = self._over(prompt)
                if not self._refused and not self._over(sum(self._held, prompt)):
                    self._held.append(whole)
                    return True
                if not self._refused:
                    self._change.wait()
            self._change.notify_all()
            return False

    def settle(self, held: Usage, used: Usage) -> None:
        """Replace what was held for a call by what it really cost."""
        with self._change:
            self._held.remove(held)
            self._spent += used
            self._change.notify_all()

    def _over(self, more: Usage) -> str:
        spent, total = self._spent, self._spent + more
        if self._tokens is not None and (spent.tokens >= self._tokens or total.tokens > self._tokens):
            return "tokens"
        if self._dollars is not None and (spent.dollars >= self._dollars or total.dollars > self._dollars):
            return "dollars"
        if self._calls is not None and (spent.calls >= self._calls or total.calls > self._calls):
            return "calls"
        return ""


class Budgeted(ModelLayer):
    """A model whose calls are priced and go through the budget. Raises `Kind.BUDGET` when it is used up."""

    def __init__(self, model: Model, budget: RunAccount, price: Price | None) -> None:
        super().__init__(model)
        self._budget = budget
        self._price = price

    def complete(self, request: Request) -> Completion:
        prompt = self._priced(Usage(calls=1, prompt_tokens=of_prompt(request.messages)))
        whole = self._priced(Usage(1, prompt.prompt_tokens, 0, request.max_tokens))
        if not self._budget.reserve(prompt, whole):
            limit = self._budget.exhausted
            text = (
                f"the run's budget of {limit} is used up: the next prompt takes about {prompt.tokens} tokens"
            )
            raise ModelError(Kind.BUDGET, text, usage=Usage())
        used = Usage(calls=1)
        try:
            answer = self._model.complete(request)
            used = self._priced(answer.usage, answer.cache_written)
            return replace(answer, usage=used)
        except ModelError as error:
            used = error.usage = self._priced(error.usage)
            raise
        finally:
            self._budget.settle(whole, used)

    def _priced(self, usage: Usage, cache_written: int = 0) -> Usage:
        dollars = self._price.dollars(usage, cache_written) if self._price is not None else 0.0
        return Usage(usage.calls, usage.prompt_tokens, usage.cached_tokens, usage.completion_tokens, dollars)
