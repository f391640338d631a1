"""No worse by more than a margin, and a fault mended: each claim is false at most as often as stated."""

from __future__ import annotations

from collections.abc import Iterator
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from pygent.benchmarks.results import PairedSamples
from pygent.benchmarks.statistics.no_worse import MOST_REPEATS, no_worse, repeats_to_mend, shifted
from pygent.benchmarks.statistics.sequential_test import PairedDecision, decide

MARGIN, RATE = 0.1, 0.05


def decided(differences: Iterator[float], *, exhaustive: bool = False) -> PairedDecision:
    batches = (PairedSamples(tuple(next(differences) for _ in range(8))) for _ in range(32))
    decision = decide(shifted(batches, MARGIN), exhaustive=exhaustive, error_rate=RATE, seed=1)
    return no_worse(decision, MARGIN, "task x: 3 of 3 against 0 of 3")


def normal(mean: float, seed: int) -> Iterator[float]:
    rng = Random(seed)
    while True:
        yield rng.gauss(mean, 0.1)


@given(st.floats(1e-9, 0.49))
def test_a_coin_passes_for_a_mended_fault_at_most_as_often_as_stated(rate: float) -> None:
    repeats = repeats_to_mend(rate)
    assert (1 / 4) ** repeats <= rate or repeats == MOST_REPEATS
    assert repeats == 2 or (1 / 4) ** (repeats - 1) > rate


def test_a_variant_that_is_worse_by_the_margin_is_accepted_at_most_as_often_as_stated() -> None:
    accepted = sum(decided(normal(-MARGIN, seed)).better for seed in range(200))
    assert accepted <= 200 * RATE + 3 * (200 * RATE * (1 - RATE)) ** 0.5


def test_a_variant_that_is_the_same_is_no_worse_and_its_bounds_say_so() -> None:
    for seed in range(20):
        found = decided(normal(0.0, seed))
        assert found.better
        assert -MARGIN < found.low <= found.mean <= found.high
        assert found.mends == "task x: 3 of 3 against 0 of 3"
        assert found.reason == (
            f"no worse (lower bound {found.low:.3g}, margin 0.1), and mends task x: 3 of 3 against 0 of 3"
        )


def test_a_variant_that_is_much_worse_is_not_and_the_reason_says_both() -> None:
    found = decided(normal(-1.0, 3))
    assert (found.better, found.mends) == (False, "")
    assert found.reason.startswith("mends task x: 3 of 3 against 0 of 3, but may be worse by more than 0.1: ")
    assert found.high < 0


def test_where_the_cases_are_the_whole_task_each_repeat_must_keep_the_margin() -> None:
    assert decided(iter([0.0] * 256), exhaustive=True).better
    dips = iter([0.0] * 8 + [-1.0] * 8 + [0.0] * 240)
    assert not decided(dips, exhaustive=True).better


def test_the_boxes_are_given_back_however_it_ends() -> None:
    closed = []

    def pairs() -> Iterator[PairedSamples]:
        try:
            while True:
                yield PairedSamples((1.0,) * 8)
        finally:
            closed.append(True)

    assert decide(shifted(pairs(), MARGIN), exhaustive=False, error_rate=RATE).better
    assert closed == [True]
