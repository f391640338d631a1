"""The threads of a run, and how an attempt passes between them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import CancelledError, Future, ThreadPoolExecutor
from contextvars import copy_context
from enum import Enum
from typing import TypeVar

from pygent.evolution.run.log_context import variant_id
from pygent.evolution.turns import Turns, Urgency

_T = TypeVar("_T")

_UNBOUNDED = 1 << 16  # threads: turns bound those that work, the window those that wait for a judge


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

    def __init__(self, workers: int, askers: int) -> None:
        self._turns = Turns(workers)
        self._asking = ThreadPoolExecutor(askers, thread_name_prefix="propose")
        self._working = ThreadPoolExecutor(_UNBOUNDED, thread_name_prefix="judge")

    def send(self, way: AttemptSteps, turn: Turn) -> Future[None]:
        """Let an attempt continue until it waits to be committed. It can be cancelled until it continues."""
        ended = Future[None]()
        self._send(ended, way, turn)
        return ended

    def aside(self, work: Callable[[], _T]) -> _T:
        """Do a proposer's measurement in a turn, so that it disturbs no other."""
        with self._turns.turn(Urgency.ASIDE):
            return work()

    def without_turn(self, work: Callable[[], _T]) -> _T:
        """Do what needs no box, such as to ask a model, while another has this thread's turn to evaluate."""
        return self._turns.without(work)

    def close(self, *, wait: bool) -> None:
        """End what waits for a turn; `wait` for what is under way."""
        self._turns.close()
        for pool in (self._asking, self._working):
            pool.shutdown(wait=wait, cancel_futures=True)

    def _send(self, ended: Future[None], way: AttemptSteps, turn: Turn) -> None:
        if turn is Turn.ASK:
            self._asking.submit(self._continue, ended, way)
            return
        place = (Urgency.CONFIRM if turn is Turn.CONFIRM else Urgency.ATTEMPT, way.attempt)
        self._turns.queue(
            *place,
            start=lambda: self._working.submit(self._work, ended, way, place),
            refuse=lambda: _refuse(ended),
        )

    def _work(self, ended: Future[None], way: AttemptSteps, place: tuple[Urgency, int]) -> None:
        with self._turns.holding(*place):
            self._continue(ended, way)

    def _continue(self, ended: Future[None], way: AttemptSteps) -> None:
        """Take the next step, and see to it that the one after it follows."""
        if not ended.running() and not ended.set_running_or_notify_cancel():
            return
        try:
            turn = way.go_on()
            if turn is None or turn is Turn.COMMIT:
                ended.set_result(None)
            else:
                self._send(ended, way, turn)
        except BaseException as error:  # noqa: BLE001  # raised where the attempt is awaited
            ended.set_exception(error)


def _refuse(ended: Future[None]) -> None:
    if not ended.cancel():
        ended.set_exception(CancelledError())
