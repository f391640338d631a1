"""Report the progress of a run to an observer."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass

from pygent.archive.records import Status, Usage, VariantRecord


@dataclass(frozen=True)
class Progress:
    """A snapshot after a commit; `seconds_left` is None if no budget allows an estimate.

    `attempts` counts the variants, which `statuses` has by status, and the `findings`.

    `notes` are lines about the run that are said once, in their order.

    `waiting` counts the seconds for which the sandbox has given no box; None if all is well.
    """

    run: str
    attempts: int
    evaluated: int
    statuses: Counter[Status]
    failures: Counter[str]
    baseline: VariantRecord | None
    best: VariantRecord | None
    latest: VariantRecord | None
    usage: Usage
    seconds: float
    seconds_left: float | None
    under_way: int
    ending: str = ""
    waiting: float | None = None
    findings: int = 0
    notes: tuple[str, ...] = ()


Observer = Callable[[Progress], None]
