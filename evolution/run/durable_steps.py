"""An attempt's record of its finished steps, so that a killed run repeats nothing that was paid for."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from pygent.archive.records import Record, Usage
from pygent.archive.store import ArchiveStore
from pygent.gateway.transcripts import KIND as EXCHANGE

log = logging.getLogger(__name__)
_T = TypeVar("_T")


class ArchivedSteps:
    """Implements `DurableSteps` on the archive.

    A step's answer is durable before it is used, and never changes within the attempt.

    A step is `kind` or `kind:what`; `what` names the answer's subject, such as a tree's id. After a resume
    with other settings or another version, attempt n may hold another tree, which must not get that verdict.
    Exchanges with the outside world have a number instead: the k-th answer stays the k-th.
    """

    def __init__(self, archive: ArchiveStore, run: str, attempt: int, *, fresh: bool) -> None:
        """`fresh`: nothing can be recorded for this attempt yet, which saves the look-up."""
        self._archive = archive
        self._run = run
        self.attempt = attempt
        self._fresh = fresh
        self._paid = {} if fresh else exchanges_of(archive, run, attempt)
        self.steps: dict[str, Mapping[str, Any]] = {}

    def __call__(self, step: str, effect: Callable[[], Mapping[str, Any]]) -> Mapping[str, Any]:
        if step in self.steps:
            return self.steps[step]
        if not self._fresh:
            known = self._archive.journal.get(self._run, self.attempt, step)
            if known is not None:
                self.steps[step] = known
                return known
        answer = effect()
        self._archive.journal.add(self._run, self.attempt, step, answer)
        log.info("%s recorded", _kind(step))
        self.steps[step] = answer
        return answer

    def value(
        self,
        step: str,
        effect: Callable[[], _T],
        encode: Callable[[_T], Mapping[str, Any]],
        decode: Callable[[Mapping[str, Any]], _T],
    ) -> _T:
        fresh: list[_T] = []

        def encoded() -> Mapping[str, Any]:
            fresh.append(effect())
            return encode(fresh[0])

        stored = self(step, encoded)
        return fresh[0] if fresh else decode(stored)

    @property
    def records(self) -> tuple[Record, ...]:
        """The steps as the permanent records of the finished attempt.

        They include exchanges of an earlier session that this one did not need again.
        """
        return tuple(Record(_kind(step), answer) for step, answer in {**self._paid, **self.steps}.items())

    @property
    def spent_on_tasks(self) -> Usage:
        """The cost of measuring the proposal by models: in the tasks that it does, and as its judges."""
        return sum(
            (Usage(**record.data["usage"]) for record in self.records if record.data.get("place")), Usage()
        )


def exchanges_of(archive: ArchiveStore, run: str, attempt: int) -> dict[str, Mapping[str, Any]]:
    """The exchanges of an unfinished attempt with the outside world, by step."""
    steps = [
        step for number, step in archive.journal.pending(run) if number == attempt and _kind(step) == EXCHANGE
    ]
    payloads = {step: archive.journal.get(run, attempt, step) for step in sorted(steps, key=_order)}
    return {step: data for step, data in payloads.items() if data is not None}


def _order(step: str) -> tuple[str, int]:
    place, _, number = step.rpartition("/")
    return place, int(number)


def _kind(step: str) -> str:
    return step.partition(":")[0]
