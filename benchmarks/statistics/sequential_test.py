"""Decide whether a variant is better, by a sequential paired test; also intervals for reports.

The test looks at the differences after 8, 16, 32, 64, 128 and 256 pairs. Each look may spend a fixed share of
the error rate (`SHARES`). By the union bound the chance of ever being wrong is at most the error rate,
wherever one stops and however the looks depend on each other. At a look the variant is better only if two
tests agree at that look's share:

- A sign-flip test of the mean. If two variants are equal, alternation on the same inputs makes each
  difference as likely as its negative. This test's error is then exact for any distribution, heavy tails and
  ties included (Pitman 1937; the Monte-Carlo form keeps it exact by the +1 of Phipson and Smyth 2010).
- A one-sided t test of the mean, for a variant that differs from its parent without a gain in the mean: often
  a little better, seldom much worse. A great loss added to the sample and Hall's transformation (Hall 1992,
  On the removal of skewness by transformation) make it careful. Its error is approximate; in simulations it
  stays within the rate for exponential and log-normal losses. No test of a mean can see a loss so rare that
  it is not in the sample.

If the cases are the whole task, only chance within the variant or its parent (random restarts, the order of a
set) can deceive. Then the variant must be ahead in each of `repeats_for(error_rate)` repeats: if the two are
equal, each repeat is at best a fair coin.

Futility stops early without affecting the error: at a look with a t statistic below `HOPELESS`, the chance to
win later is small.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from random import Random
from typing import Any

from pygent.benchmarks.results import PairedSamples
from pygent.benchmarks.statistics.t_distribution import t_quantile, t_upper

LOOKS = (8, 16, 32, 64, 128, 256)  # pairs
SHARES = (0.0, 0.1, 0.25, 0.25, 0.2, 0.2)  # of the error rate, per look; the first look can only give up
HOPELESS = (-1.0, 0.0, 0.4, 0.8, 1.2, -math.inf)  # per look, the t statistic below which the test gives up
MOST_REPEATS = 32  # of an exhaustive comparison: enough for an error rate of 2^-32
UNSEEN = 1.5  # by simulation, the least that keeps the rate for exponential and log-normal losses


@dataclass(frozen=True)
class Interval:
    """An estimate and its bounds, in the unit of the values."""

    mean: float
    low: float
    high: float

    def exponential(self) -> Interval:
        """From logarithms to ratios; the mean becomes the geometric mean."""
        return Interval(math.exp(self.mean), math.exp(self.low), math.exp(self.high))


@dataclass(frozen=True)
class PairedDecision:
    """Whether a variant is better, with the evidence.

    `low` and `high` bound the mean difference by the t interval at the level of the look that decided
    (repeated confidence intervals, Jennison and Turnbull 1989): each bound holds at the error rate, even if
    one stops early. For an exhaustive suite they are the lowest and highest repeat.
    """

    better: bool
    pairs: int
    mean: float
    low: float
    high: float
    error_rate: float
    reason: str
    violation: bool = False  # the candidate broke the protocol of the box
    mends: str = ""  # the fault that it mends, if that, and being no worse, is why it counts as better

    @classmethod
    def of(cls, recorded: Mapping[str, Any]) -> PairedDecision:
        """From a record; those of early versions say `accepted` for `better`."""
        renamed = {"better" if key == "accepted" else key: value for key, value in recorded.items()}
        return cls(**renamed)


def decide(
    batches: Iterable[PairedSamples], *, exhaustive: bool, error_rate: float, seed: int = 0
) -> PairedDecision:
    """Draw batches until 'is the candidate better?' is decided at `error_rate` (0 < rate < 0.5)."""
    if not 0 < error_rate < 0.5:
        raise ValueError(f"error_rate must lie between 0 and 0.5, not {error_rate}")
    iterator = iter(batches)
    try:
        if exhaustive:
            return _in_every_repeat(iterator, error_rate)
        return _sequentially(iterator, error_rate, Random(seed))
    finally:
        if isinstance(iterator, Iterator) and hasattr(iterator, "close"):
            iterator.close()  # gives the boxes back


def repeats_for(error_rate: float) -> int:
    """How many fair coins must show heads to be less likely than `error_rate`, in 2..`MOST_REPEATS`."""
    return min(max(2, math.ceil(-math.log2(error_rate))), MOST_REPEATS)


def interval_of(values: Sequence[float], level: float = 0.95) -> Interval:
    """The mean with its t interval; for a single value, the value alone."""
    mean, error = _mean_and_error(values)
    reach = t_quantile((1 - level) / 2, len(values) - 1) * error if error > 0 else 0.0
    return Interval(mean, mean - reach, mean + reach)


def _in_every_repeat(batches: Iterator[PairedSamples], error_rate: float) -> PairedDecision:
    """Decide if the cases are the whole task: only chance within a variant can deceive, so repeats decide."""
    needed = repeats_for(error_rate)
    repeats: list[float] = []
    pairs = 0
    for batch in batches:
        if batch.reason:
            return _failed(batch.reason, pairs, error_rate, batch.violation)
        pairs += len(batch.differences)
        repeats.append(sum(batch.differences) / max(len(batch.differences), 1))
        if repeats[-1] <= 0 or len(repeats) == needed:
            break
    if not repeats:
        return _failed("there was nothing to compare", 0, error_rate)
    better = min(repeats) > 0 and len(repeats) == needed
    reason = f"better in each of {len(repeats)} repeats" if better else "not better in every repeat"
    mean = sum(repeats) / len(repeats)
    return PairedDecision(better, pairs, mean, min(repeats), max(repeats), error_rate, reason)


def _sequentially(batches: Iterator[PairedSamples], error_rate: float, rng: Random) -> PairedDecision:
    seen: list[float] = []
    look = 0
    for batch in batches:
        if batch.reason:
            return _failed(batch.reason, len(seen), error_rate, batch.violation)
        seen += batch.differences
        if len(seen) < LOOKS[look]:
            continue
        share = 0.0
        while look < len(LOOKS) and len(seen) >= LOOKS[look]:  # a big batch may pass several looks at once
            share += SHARES[look]
            look += 1
        level = error_rate * share
        if level > 0 and is_positive(seen, level, rng):
            return _decided(seen, True, level, error_rate, f"better, after {len(seen)} pairs")
        if look == len(LOOKS):
            return _decided(seen, False, level, error_rate, f"not decided after {len(seen)} pairs")
        if t_statistic(seen) < HOPELESS[look - 1]:
            return _decided(seen, False, level, error_rate, f"no gain in sight after {len(seen)} pairs")
    if len(seen) < 2:
        return _failed(f"{len(seen)} pairs are too few to compare", len(seen), error_rate)
    level = error_rate * sum(SHARES[look:])  # the cases have run out: one last look spends what is left
    better = is_positive(seen, level, rng)
    reason = f"better, after all {len(seen)} pairs" if better else f"not decided after all {len(seen)} pairs"
    return _decided(seen, better, level, error_rate, reason)


def _decided(
    seen: Sequence[float], better: bool, level: float, error_rate: float, reason: str
) -> PairedDecision:
    mean, error = _mean_and_error(seen)
    reach = t_quantile(level or error_rate * SHARES[1], len(seen) - 1) * error if error > 0 else 0.0
    return PairedDecision(better, len(seen), mean, mean - reach, mean + reach, error_rate, reason)


def _failed(reason: str, pairs: int, error_rate: float, violation: bool = False) -> PairedDecision:
    return PairedDecision(False, pairs, 0.0, 0.0, 0.0, error_rate, reason, violation)


def is_positive(values: Sequence[float], level: float, rng: Random) -> bool:
    """Whether both tests find the mean above 0 at `level`; the costly one runs only if the other does."""
    return careful_p(values) <= level and flip_p(values, level, rng) <= level


def t_statistic(values: Sequence[float]) -> float:
    """Mean over standard error; without spread, an infinity of the mean's sign, or 0."""
    mean, error = _mean_and_error(values)
    if error > 0:
        return mean / error
    return math.copysign(math.inf, mean) if mean else 0.0


def careful_p(values: Sequence[float]) -> float:
    """One-sided p-value of 'the mean is above 0': the greater of two.

    The first is the t test's, with a loss as great as the greatest difference seen added to the sample. The
    second adds a value `UNSEEN` times as far below the mean as the farthest seen, and uses Hall's
    transformation `S + g S^2/3 + g^2 S^3/27 + g/(6n)` of `S = mean/sd`, with g the sample skewness.
    """
    mean = sum(values) / len(values)
    farthest = max(abs(value - mean) for value in values)
    careful = [*values, -max(map(abs, values))]
    by_t = t_upper(t_statistic(careful), len(careful) - 1)
    return max(by_t, _hall_p([*values, mean - UNSEEN * farthest]))


def _hall_p(values: Sequence[float]) -> float:
    size = len(values)
    t = t_statistic(values)
    if math.isinf(t) or t <= 0:
        return 0.0 if t > 0 else 1.0
    mean = sum(values) / size
    second = sum((value - mean) ** 2 for value in values) / size
    skew = sum((value - mean) ** 3 for value in values) / size / second**1.5
    s = t / math.sqrt(size)
    return t_upper(
        math.sqrt(size) * (s + skew * s**2 / 3 + skew**2 * s**3 / 27 + skew / (6 * size)), size - 1
    )


def flip_p(values: Sequence[float], level: float, rng: Random) -> float:
    """One-sided sign-flip p-value of the mean: the share of sign choices whose sum is at least as great.

    It counts all of them if they are few (up to 14 nonzero values), else as many random ones as `level`
    needs, as (1 + hits) / (1 + draws).
    """
    kept = [abs(value) for value in values if value]
    observed = sum(value for value in values if value)
    if not kept:
        return 1.0
    # a choice of signs sums to total - 2 * (sum of the flipped): count choices that flip at most `most`
    most = (sum(kept) - observed) / 2
    most += 1e-9 * sum(kept)  # equal sums count as hits, whatever the rounding
    tables = [_subset_sums(kept[start : start + 8]) for start in range(0, len(kept), 8)]
    if len(kept) <= 14:
        sums = tables[0] if len(tables) == 1 else [a + b for a in tables[0] for b in tables[1]]
        return sum(one <= most for one in sums) / len(sums)
    draws = min(max(1999, math.ceil(20 / level)), 200_000)
    hits = 0
    for _ in range(draws):
        chosen = rng.randbytes(len(tables))
        hits += sum(table[byte % len(table)] for table, byte in zip(tables, chosen, strict=True)) <= most
    return (1 + hits) / (1 + draws)


def _subset_sums(values: Sequence[float]) -> list[float]:
    sums = [0.0]
    for value in values:
        sums += [one + value for one in sums]
    return sums


def _mean_and_error(values: Sequence[float]) -> tuple[float, float]:
    """The mean and its standard error; 0 for a single value. Spread below rounding counts as none."""
    size = len(values)
    mean = sum(values) / size
    if size < 2:
        return mean, 0.0
    squares = sum((value - mean) ** 2 for value in values)
    error = math.sqrt(squares / (size - 1) / size)
    return mean, error if error > 1e-12 * abs(mean) else 0.0
