"""What every acceptor must do."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from random import Random

import pytest

from pygent.benchmarks.results import PairedSamples
from pygent.evolution.protocols import Acceptor

BATCHES, PAIRS = 40, 8
MakeAcceptor = Callable[[], Acceptor]


def _noisy(mean: float, seed: int) -> Iterator[PairedSamples]:
    """Paired differences with standard deviation 1."""
    rng = Random(seed)
    for _ in range(BATCHES):
        yield PairedSamples(tuple(rng.gauss(mean, 1) for _ in range(PAIRS)))


class AcceptorContract:
    """Define the fixture `make_acceptor`: a function that returns a new acceptor."""

    @pytest.mark.parametrize("seed", range(5))
    def test_a_clear_gain_is_accepted(self, make_acceptor: MakeAcceptor, seed: int) -> None:
        verdict = make_acceptor().accept(_noisy(2.0, seed), exhaustive=False, error_rate=0.05)
        assert verdict.better
        assert 0 < verdict.pairs <= BATCHES * PAIRS
        assert verdict.low <= verdict.mean <= verdict.high

    @pytest.mark.parametrize("seed", range(5))
    def test_a_clear_loss_is_not_accepted_and_says_why(self, make_acceptor: MakeAcceptor, seed: int) -> None:
        verdict = make_acceptor().accept(_noisy(-2.0, seed), exhaustive=False, error_rate=0.05)
        assert not verdict.better
        assert verdict.reason

    def test_the_error_rate_is_kept(self, make_acceptor: MakeAcceptor) -> None:
        """Of 200 variants that are no better about 10 may be accepted; 20 are beyond chance (p < 0.002)."""
        accepted = sum(
            make_acceptor().accept(_noisy(0.0, seed), exhaustive=False, error_rate=0.05).better
            for seed in range(200)
        )
        assert accepted < 20

    def test_over_all_cases_no_gain_is_not_accepted(self, make_acceptor: MakeAcceptor) -> None:
        pairs = iter([PairedSamples((0.0, 0.0))] * 5)
        verdict = make_acceptor().accept(pairs, exhaustive=True, error_rate=0.05)
        assert not verdict.better
        assert math.isfinite(verdict.mean)
