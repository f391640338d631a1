"""What a run looks like from outside while it goes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass

from pygent.archive.records import Status, Usage, VariantRecord


@dataclass(frozen=True)
class Progress:
    """A snapshot after a commit. `seconds_left` is None where no budget allows an estimate.

    `waiting` is for how many seconds the sandbox has given no box, None where all is well.
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


Observer = Callable[[Progress], None]
