"""The products of a trusted grader: cases with a known answer, and problems that it grades itself."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from pygent.sandbox.api import Call
from pygent.target_modules.spec.cases_file import Case

__all__ = ["Case", "Graded", "Problem"]


@dataclass(frozen=True)
class Problem:
    """Calls that one child gets in order, each after the answer to the one before.

    `facts` is what the grader needs to grade the answers; it never leaves the trusted side.
    """

    calls: tuple[Call, ...]
    facts: object = field(default=None, compare=False)


@dataclass(frozen=True)
class Graded(Mapping[str, Sequence[float]]):
    """The grade of a problem: a mapping of samples per metric, and `words` for who makes the next variant.

    Words about search cases reach the next prompt as data, without the expected values that they hold; words
    about held-out cases reach only people. At most 1,000 characters are kept, and 4,000 of an evaluation's.
    """

    metrics: Mapping[str, Sequence[float]]
    words: str = ""

    def __getitem__(self, metric: str) -> Sequence[float]:
        return self.metrics[metric]

    def __iter__(self) -> Iterator[str]:
        return iter(self.metrics)

    def __len__(self) -> int:
        return len(self.metrics)
