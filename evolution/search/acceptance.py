"""Decide whether a variant counts as better than its parent."""

from __future__ import annotations

from collections.abc import Iterator

from pygent.benchmarks.results import PairedSamples
from pygent.benchmarks.statistics.sequential_test import PairedDecision, decide


class PairedAcceptor:
    """Decides by paired differences (see `pygent.benchmarks.statistics.sequential_test`).

    Sampled suites take a sequential test that errs with a chance of at most `error_rate`. Exhaustive suites
    need a strictly better total, in every repeat, because only flakiness could deceive there.
    """

    def __init__(self, seed: int = 0) -> None:
        self._seed = seed

    def accept(
        self, pairs: Iterator[PairedSamples], *, exhaustive: bool, error_rate: float
    ) -> PairedDecision:
        return decide(pairs, exhaustive=exhaustive, error_rate=error_rate, seed=self._seed)
