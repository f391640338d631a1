"""A model whose answers come in the order that a test wants, and none before the test says so."""

from __future__ import annotations

import threading
from random import Random

from pygent.archive.records import Usage
from pygent.gateway.model_api import Completion, Request

SOURCE = '''"""How far a value lies outside of a range."""


def below(value, low):
    return low + value if value < low else 0


def above(value, high):
    return value + high if value > high else 0


def outside(value, low, high):
    return below(value, low) + above(value, high)
'''
CHANGES = (
    ("below(value, low)", "low - value if value < low else {0}"),
    ("above(value, high)", "value - high if value > high else {0}"),
    ("below(value, low)", "{0} if value < low + {0} else 0"),
    ("above(value, high)", "value - {0} if value > high else 0"),
)


class Killed(BaseException):
    """Stands for a kill -9: nothing may catch it and go on."""


class HeldModel:
    """Answers with a change of `SOURCE` that depends on the request's seed alone.

    A request waits until `window` of them do, or until the run is idle (`let_go`); then one of them, drawn
    by `rng`, is answered. After `most` answers, the process is killed.
    """

    name = "held"

    def __init__(self, rng: Random, window: int, most: int | None = None) -> None:
        self.answers = 0  # given so far
        self._rng = rng
        self._window = window
        self._left = most
        self._changed = threading.Condition()
        self._waiting: list[int] = []
        self._is_dead = False

    def complete(self, request: Request) -> Completion:
        assert request.seed is not None
        with self._changed:
            self._waiting.append(request.seed)
            if len(self._waiting) >= self._window:
                self._answer_one()
            self._changed.wait_for(lambda: self._is_dead or request.seed not in self._waiting)
            if request.seed in self._waiting:
                raise Killed
            self.answers += 1
        return Completion(_answer(request.seed), Usage(1, 10, 0, 10), "stop", self.name)

    def let_go(self) -> None:
        """Answer one request that waits, if any does."""
        with self._changed:
            self._answer_one()

    def kill(self) -> None:
        with self._changed:
            self._is_dead = True
            self._changed.notify_all()

    def close(self) -> None:
        """Do nothing."""

    def _answer_one(self) -> None:
        if not self._waiting:
            return
        if self._left == 0:
            self._is_dead = True
        else:
            self._waiting.remove(self._rng.choice(self._waiting))
            self._left = None if self._left is None else self._left - 1
        self._changed.notify_all()


def _answer(seed: int) -> str:
    rng = Random(seed)
    name, result = rng.choice(CHANGES)
    change = result.format(rng.choice((0, 0, rng.randint(1, 15))))
    if rng.random() < 0.15:
        return f"NO CHANGE: {change} is no better"
    return f"IDEA: {change} instead\n\nranges.py\n```python\ndef {name}:\n    return {change}\n```"
