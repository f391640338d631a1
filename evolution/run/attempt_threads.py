"""The threads of a run, and how an attempt passes between them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextvars import copy_context
from enum import Enum
from typing import TypeVar

from pygent.evolution.run.log_context import variant_id

_T = TypeVar("_T")


class Turn(Enum):
    """Where an attempt continues."""

    ASK = "ask"  # on a thread that may wait for a model
    WORK = "work"  # on an evaluation thread
    COMMIT = "commit"  # on the loop's thread, after all earlier attempts


class AttemptSteps:
    """An attempt under way; one thread at a time continues it, logging under its variant's id."""

    def __init__(self, steps: Iterator[Turn], variant: str) -> None:
        self._steps = steps
        self._context = copy_context()
        self._context.run(variant_id.set, variant)

    def go_on(self) -> Turn | None:
        """Work up to the next turn; returns None at the end."""
        return self._context.run(next, self._steps, None)


class AttemptThreads:
    """Runs attempts: `workers` threads evaluate, and up to `askers` attempts wait for models."""

    def __init__(self, workers: int, askers: int) -> None:
        self._pools = {
            Turn.ASK: ThreadPoolExecutor(askers, thread_name_prefix="propose"),
            Turn.WORK: ThreadPoolExecutor(workers, thread_name_prefix="judge"),
        }

    def send(self, way: AttemptSteps, turn: Turn) -> Future[None]:
        """Let an attempt continue until it waits to be committed."""
        return self._pools[turn].submit(self._until_commit, way)

    def aside(self, work: Callable[[], _T]) -> _T:
        """Queue a proposer's work with the evaluations, so that it disturbs no measurement."""
        return self._pools[Turn.WORK].submit(copy_context().run, work).result()

    def close(self, *, wait: bool) -> None:
        for pool in self._pools.values():
            pool.shutdown(wait=wait, cancel_futures=True)

    def _until_commit(self, way: AttemptSteps) -> None:
        turn = way.go_on()
        if turn is Turn.WORK:
            self.send(way, turn).result()
