from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pygent.benchmarks.results import PairedSamples
from pygent.benchmarks.statistics.sequential_test import (
    LOOKS,
    SHARES,
    PairedDecision,
    decide,
    flip_p,
    interval_of,
    repeats_for,
)
from pygent.benchmarks.statistics.t_distribution import t_quantile, t_upper

Draw = Callable[[Random], float]


def stream(draw: Draw, rng: Random, size: int = 8, most: int = 256) -> Iterator[PairedSamples]:
    for _ in range(most // size):
        yield PairedSamples(tuple(draw(rng) for _ in range(size)))


def decisions(draw: Draw, runs: int, error_rate: float, seed: int = 1) -> list[PairedDecision]:
    rng = Random(seed)
    return [
        decide(stream(draw, rng), exhaustive=False, error_rate=error_rate, seed=run) for run in range(runs)
    ]


def most_errors(runs: int, rate: float) -> int:
    """More errors than this come by chance in less than one of a thousand such simulations."""
    return math.floor(runs * rate + 3.1 * math.sqrt(runs * rate * (1 - rate)))


NO_GAIN: dict[str, Draw] = {
    "normal": lambda rng: rng.gauss(0, 1),
    "heavy tails": lambda rng: rng.gauss(0, 1) / math.sqrt(rng.expovariate(1)),
    "discrete with ties": lambda rng: rng.choice((-1.0, 0.0, 0.0, 0.0, 0.0, 1.0)),
    "rare great losses, exponential": lambda rng: 1 - rng.expovariate(1),
    "rare great losses, log-normal": lambda rng: math.exp(0.5) - math.exp(rng.gauss(0, 1)),
    "rare great gains": lambda rng: rng.expovariate(1) - 1,
    "two values": lambda rng: 1.0 if rng.random() < 0.75 else -3.0,
}


@pytest.mark.parametrize("shape", NO_GAIN)
def test_without_a_gain_the_error_rate_holds_though_it_is_looked_at_often(shape: str) -> None:
    runs, rate = 500, 0.05
    errors = sum(decision.better for decision in decisions(NO_GAIN[shape], runs, rate))
    assert errors <= most_errors(runs, rate)


def test_a_loss_is_never_taken_for_a_gain_and_is_given_up_early() -> None:
    found = decisions(lambda rng: rng.gauss(-0.05, 0.08), 200, 0.05)
    assert not any(decision.better for decision in found)
    assert sum(decision.pairs for decision in found) / len(found) < 12


def test_five_percent_at_eight_percent_noise_is_mostly_decided_within_64_pairs() -> None:
    found = decisions(lambda rng: rng.gauss(0.05, 0.08), 200, 0.05)
    assert sum(decision.better and decision.pairs <= 64 for decision in found) >= 170


def test_the_shares_of_the_looks_add_up_to_the_error_rate() -> None:
    assert math.isclose(sum(SHARES), 1.0)
    assert len(SHARES) == len(LOOKS)


def test_the_bounds_hold_the_true_mean_wherever_one_stopped() -> None:
    found = decisions(lambda rng: rng.gauss(0.3, 1), 200, 0.05)
    assert sum(decision.low > 0.3 for decision in found) <= most_errors(200, 0.05)
    assert sum(decision.high < 0.3 for decision in found) <= most_errors(200, 0.05)


def test_the_same_pairs_and_seed_give_the_same_decision() -> None:
    once, again = (decisions(lambda rng: rng.gauss(0.2, 1), 20, 0.05) for _ in range(2))
    assert once == again


def test_equal_variants_without_any_noise_are_not_better() -> None:
    decision = decide(stream(lambda rng: 0.0, Random(1)), exhaustive=False, error_rate=0.05)
    assert not decision.better
    assert decision.mean == decision.low == decision.high == 0.0


def test_a_steady_gain_without_noise_is_better() -> None:
    decision = decide(stream(lambda rng: 0.25, Random(1)), exhaustive=False, error_rate=0.05)
    assert decision.better
    assert decision.pairs <= 32


def test_a_batch_with_a_reason_ends_it_whatever_came_before() -> None:
    batches = [
        PairedSamples((5.0,) * 8),
        PairedSamples((5.0,) * 8, "wrong answer in case 3 (got 1)"),
        PairedSamples((5.0,) * 500),
    ]
    decision = decide(iter(batches), exhaustive=False, error_rate=0.05)
    assert not decision.better
    assert decision.reason == "wrong answer in case 3 (got 1)"


def test_one_great_batch_is_decided_at_once() -> None:
    rng = Random(3)
    decision = decide(
        [PairedSamples(tuple(rng.gauss(1, 1) for _ in range(1000)))], exhaustive=False, error_rate=0.05
    )
    assert decision.better
    assert decision.pairs == 1000


@pytest.mark.parametrize("batches", [[], [PairedSamples(())], [PairedSamples((1.0,))]])
def test_too_few_pairs_decide_nothing(batches: list[PairedSamples]) -> None:
    decision = decide(batches, exhaustive=False, error_rate=0.05)
    assert not decision.better
    assert "too few" in decision.reason


def test_when_the_cases_end_between_two_looks_what_is_left_of_the_error_rate_is_used() -> None:
    rng = Random(5)
    decision = decide(
        [PairedSamples(tuple(rng.gauss(1, 0.5) for _ in range(12)))], exhaustive=False, error_rate=0.05
    )
    assert decision.better
    assert decision.reason == "better, after all 12 pairs"


def test_deciding_closes_the_comparison_so_that_its_boxes_come_back() -> None:
    closed = []

    def pairs() -> Iterator[PairedSamples]:
        try:
            while True:
                yield PairedSamples((1.0,) * 8)
        finally:
            closed.append(True)

    assert decide(pairs(), exhaustive=False, error_rate=0.05).better
    assert closed


@pytest.mark.parametrize("rate", [0.0, -0.1, 0.5, math.nan])
def test_an_error_rate_that_means_nothing_is_refused(rate: float) -> None:
    with pytest.raises(ValueError, match="error_rate"):
        decide([], exhaustive=False, error_rate=rate)


class TestExhaustive:
    def decided(self, *repeats: tuple[float, ...]) -> PairedDecision:
        return decide([PairedSamples(one) for one in repeats], exhaustive=True, error_rate=0.05)

    def test_better_in_every_repeat_is_better(self) -> None:
        assert self.decided(*[(1.0, 0.0)] * 5).better

    def test_one_case_lost_and_two_won_is_better(self) -> None:
        assert self.decided(*[(1.0, 1.0, -1.0)] * 5).better

    def test_equal_is_not_better(self) -> None:
        assert not self.decided((1.0, -1.0), (1.0, -1.0)).better

    def test_a_gain_that_does_not_last_is_not_better(self) -> None:
        assert not self.decided((1.0, 0.0), (0.0, 0.0)).better

    def test_fewer_repeats_than_the_error_rate_needs_are_not_enough(self) -> None:
        assert not self.decided(*[(1.0, 0.0)] * 4).better
        assert [repeats_for(rate) for rate in (0.4, 0.25, 0.05, 0.03, 0.001)] == [2, 2, 5, 6, 10]

    def test_equal_variants_that_draw_by_lot_are_accepted_at_most_at_the_error_rate(self) -> None:
        rng = Random(4)
        lots = (
            decide((PairedSamples((rng.gauss(0, 1),)) for _ in range(32)), exhaustive=True, error_rate=0.05)
            for _ in range(4000)
        )
        assert sum(decision.better for decision in lots) / 4000 < 0.04

    def test_nothing_to_compare_is_not_better(self) -> None:
        assert not self.decided().better


@pytest.mark.parametrize(
    ("upper", "df", "quantile"),
    [(0.025, 1, 12.7062), (0.025, 10, 2.22814), (0.05, 5, 2.01505), (0.005, 30, 2.75), (0.001, 120, 3.15954)],
)
def test_quantiles_of_t_are_those_of_the_tables(upper: float, df: int, quantile: float) -> None:
    assert t_quantile(upper, df) == pytest.approx(quantile, rel=1e-4)


@given(st.floats(-50, 50), st.integers(1, 400))
def test_the_tails_of_t_are_each_others_complement(t: float, df: int) -> None:
    assert t_upper(t, df) + t_upper(-t, df) == pytest.approx(1.0, abs=1e-9)


@settings(max_examples=50)
@given(st.lists(st.integers(-5, 5), min_size=1, max_size=12))
def test_the_sign_flip_test_counts_what_counting_by_hand_counts(values: list[int]) -> None:
    signs = range(2 ** len(values))
    sums = [sum(v if not s >> n & 1 else -v for n, v in enumerate(map(abs, values))) for s in signs]
    by_hand = sum(one >= sum(values) for one in sums) / len(sums)
    assert flip_p([float(value) for value in values], 0.05, Random(1)) == pytest.approx(by_hand)


def test_the_drawn_sign_flip_test_agrees_with_the_counted_one() -> None:
    rng = Random(11)
    values = [rng.gauss(0.5, 1) for _ in range(14)]
    counted = flip_p(values, 0.05, Random(1))
    drawn = flip_p([*values, *([1e-12] * 4)], 0.001, Random(1))
    assert drawn == pytest.approx(counted, abs=0.01)


def test_an_interval_of_one_value_is_the_value() -> None:
    one = interval_of([3.5])
    assert (one.mean, one.low, one.high) == (3.5, 3.5, 3.5)


def test_intervals_hold_the_mean_as_often_as_they_say() -> None:
    rng = Random(2)
    found = [interval_of([rng.gauss(2, 3) for _ in range(12)]) for _ in range(600)]
    held = sum(one.low <= 2 <= one.high for one in found)
    assert 548 <= held <= 590
