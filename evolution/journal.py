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
    """

    def __init__(self, archive: Archive, run: str, attempt: int, *, fresh: bool) -> None:
        """`fresh` says that nothing can be recorded for this attempt yet, which spares the look-up."""
        self._archive = archive
        self._run = run
        self._attempt = attempt
        self._fresh = fresh
        self.steps: dict[str, Mapping[str, Any]] = {}

    def __call__(self, step: str, effect: Callable[[], Mapping[str, Any]]) -> Mapping[str, Any]:
        kind = step.partition(":")[0]
        if not self._fresh:
            known = self._archive.recall(self._run, self._attempt, step)
            if known is not None:
                self.steps[kind] = known
                return known
        answer = effect()
        self._archive.remember(self._run, self._attempt, step, answer)
        log.info("%s recorded", kind)
        self.steps[kind] = answer
        return answer

    @property
    def records(self) -> tuple[Record, ...]:
        """The steps as what the archive keeps for ever once the attempt has ended."""
        return tuple(Record(kind, answer) for kind, answer in self.steps.items())
