from __future__ import annotations

from collections.abc import Iterator
from random import Random

import pytest

from pygent.benchmarks.results import PairedSamples
from pygent.evolution.search.acceptance import PairedAcceptor


def noisy(mean: float, seed: int) -> Iterator[PairedSamples]:
    rng = Random(seed)
    for _ in range(40):
        yield PairedSamples(tuple(rng.gauss(mean, 1) for _ in range(8)))


def test_a_sampled_gain_is_accepted_with_its_evidence() -> None:
    decision = PairedAcceptor().accept(noisy(1.0, 1), exhaustive=False, error_rate=0.05)
    assert decision.better
    assert decision.low > 0
    assert decision.low < decision.mean < decision.high
    assert decision.pairs >= 16


def test_no_gain_is_not_accepted() -> None:
    assert not PairedAcceptor().accept(noisy(-0.2, 2), exhaustive=False, error_rate=0.05).better


@pytest.mark.parametrize(("second", "accepted"), [(1.0, True), (0.0, False), (-1.0, False)])
def test_over_all_cases_every_repeat_must_show_the_gain(second: float, accepted: bool) -> None:
    pairs = iter([PairedSamples((1.0, 0.0)), PairedSamples((second, 0.0)), *[PairedSamples((1.0, 0.0))] * 3])
    assert PairedAcceptor().accept(pairs, exhaustive=True, error_rate=0.05).better is accepted
