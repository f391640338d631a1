"""The paired acceptor: the contract, its evidence, and what it does over all cases."""

from __future__ import annotations

from random import Random

import pytest

from pygent.benchmarks.results import PairedSamples
from pygent.evolution.search.acceptance import PairedAcceptor
from pygent.testing.acceptor_contract import AcceptorContract, MakeAcceptor


class TestPairedAcceptor(AcceptorContract):
    @pytest.fixture
    def make_acceptor(self) -> MakeAcceptor:
        return PairedAcceptor


def test_a_sampled_gain_is_accepted_with_its_evidence() -> None:
    rng = Random(1)
    pairs = iter([PairedSamples(tuple(rng.gauss(1, 1) for _ in range(8))) for _ in range(40)])
    decision = PairedAcceptor().accept(pairs, exhaustive=False, error_rate=0.05)
    assert decision.better
    assert decision.low > 0
    assert decision.low < decision.mean < decision.high
    assert decision.pairs >= 16


@pytest.mark.parametrize(("second", "accepted"), [(1.0, True), (0.0, False), (-1.0, False)])
def test_over_all_cases_every_repeat_must_show_the_gain(second: float, accepted: bool) -> None:
    pairs = iter([PairedSamples((1.0, 0.0)), PairedSamples((second, 0.0)), *[PairedSamples((1.0, 0.0))] * 3])
    assert PairedAcceptor().accept(pairs, exhaustive=True, error_rate=0.05).better is accepted
