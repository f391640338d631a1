"""One attempt's memory of what it has done, so that a killed run repeats nothing that was paid for."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from typing import Any

from archive.store import Archive
from archive.types import Record

log = logging.getLogger(__name__)


class Journal:
    """Implements `evolution.types.Once` on the archive. A step's answer is durable before it is used.

    A step is `kind` or `kind:what`, where `what` says what the answer is about (a tree's id): after a resume
    with other settings or another version, attempt n may hold another tree, which must not get that verdict.
    What was exchanged with the world has its number instead: the k-th answer stays the k-th.
    """

    def __init__(self, archive: Archive, run: str, attempt: int, *, fresh: bool) -> None:
        """`fresh` says that nothing can be recorded for this attempt yet, which spares the look-up."""
        self._archive = archive
        self._run = run
        self.attempt = attempt
        self._fresh = fresh
        self.steps: dict[str, Mapping[str, Any]] = {}

    def __call__(self, step: str, effect: Callable[[], Mapping[str, Any]]) -> Mapping[str, Any]:
        if not self._fresh:
            known = self._archive.recall(self._run, self.attempt, step)
            if known is not None:
                self.steps[step] = known
                return known
        answer = effect()
        self._archive.remember(self._run, self.attempt, step, answer)
        log.info("%s recorded", _kind(step))
        self.steps[step] = answer
        return answer

    @property
    def records(self) -> tuple[Record, ...]:
        """The steps as what the archive keeps for ever once the attempt has ended."""
        return tuple(Record(_kind(step), answer) for step, answer in self.steps.items())


def _kind(step: str) -> str:
    return step.partition(":")[0]
