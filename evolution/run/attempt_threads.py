"""The threads of a run, and how an attempt passes between them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextvars import copy_context
from enum import Enum
from typing import TypeVar

from pygent.evolution.run.log_context import variant_id
from pygent.evolution.turns import Turns, Urgency

_T = TypeVar("_T")


class Turn(Enum):
    """Where an attempt continues."""

    ASK = "ask"  # on a thread that may wait for a model
    WORK = "work"  # with a turn to evaluate
    CONFIRM = "confirm"  # the same, and before all others
    COMMIT = "commit"  # on the loop's thread


class AttemptSteps:
    """An attempt under way; one thread at a time continues it, logging under its variant's id."""

    def __init__(self, steps: Iterator[Turn], variant: str, attempt: int) -> None:
        self.attempt = attempt
        self._steps = steps
        self._context = copy_context()
        self._context.run(variant_id.set, variant)

    def go_on(self) -> Turn | None:
        """Work up to the next turn; returns None at the end."""
        return self._context.run(next, self._steps, None)


class AttemptThreads:
    """Runs attempts: `askers` at a time make proposals, which may wait for models, and `workers` evaluate.

    Whoever measures a candidate takes one of the `workers` turns: an attempt that judges its proposal, a
    champion's confirmation, and an agent that asks for an evaluation of its unfinished work (`aside`). So a
    window of 128 agents evaluates in the boxes of `workers` turns. A turn has one box at a time, or two: a
    comparison measures two programs side by side, and sealed tests run in a box beside the program's. An
    agent that is itself the target works in the box of the turn that measures it.
    """

    def __init__(self, workers: int, window: int, askers: int | None = None) -> None:
        """Up to `window` attempts are under way; all of them may ask unless `askers` says how many."""
        self._evaluating = Turns(workers)
        self._asking = Turns(askers or window)
        self._pool = ThreadPoolExecutor(window + workers, thread_name_prefix="attempt")

    def send(self, way: AttemptSteps, turn: Turn) -> Future[None]:
        """Let an attempt continue until it waits to be committed."""
        return self._pool.submit(self._until_commit, way, turn)

    def aside(self, work: Callable[[], _T]) -> _T:
        """Do a proposer's measurement in a turn, so that it disturbs no other."""
        with self._evaluating.turn(Urgency.ASIDE):
            return work()

    def without_turn(self, work: Callable[[], _T]) -> _T:
        """Do what needs no box, such as to ask a model, while another has this thread's turn to evaluate."""
        return self._evaluating.without(work)

    def close(self, *, wait: bool) -> None:
        """End what waits for a turn; `wait` for what is under way."""
        self._evaluating.close()
        self._asking.close()
        self._pool.shutdown(wait=wait, cancel_futures=True)

    def _until_commit(self, way: AttemptSteps, turn: Turn | None) -> None:
        while turn is not None and turn is not Turn.COMMIT:
            turns = self._asking if turn is Turn.ASK else self._evaluating
            urgency = Urgency.CONFIRM if turn is Turn.CONFIRM else Urgency.ATTEMPT
            with turns.turn(urgency, way.attempt):
                turn = way.go_on()
