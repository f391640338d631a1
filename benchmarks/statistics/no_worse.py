"""Decide whether a variant that is no worse mends a fault: the second way to be accepted.

Two claims are tested, each at the given error rate. As both must hold, the chance to accept although one is
false is at most that rate (an intersection-union test: Berger 1982, Multiparameter hypothesis testing and
acceptance sampling).

- No worse: the mean paired difference lies above minus a margin. It is decided as whether a variant is better
  (`pygent.benchmarks.statistics.sequential_test`), by differences to which the margin is added.
- It mends the fault: in each of `repeats_to_mend` repeats the variant passes the fault's test and the parent
  fails it. If the variant passes no more often than the parent, which passes with a chance of p, a repeat
  shows that with a chance of at most p (1 - p), which is at most 1/4.

The evaluations choose the fault, and the repeats are new.
"""

from __future__ import annotations

import math
from collections.abc import Generator, Iterator
from dataclasses import replace

from pygent.benchmarks.results import PairedSamples
from pygent.benchmarks.statistics.sequential_test import PairedDecision

MOST_REPEATS = 16  # enough for an error rate of 4^-16


def repeats_to_mend(error_rate: float) -> int:
    """How many repeats, each with a chance of 1/4, have together one of at most `error_rate`; at least 2."""
    return min(max(2, math.ceil(-math.log(error_rate, 4))), MOST_REPEATS)


def shifted(batches: Iterator[PairedSamples], margin: float) -> Iterator[PairedSamples]:
    """The batches with `margin` added to each difference."""
    try:
        for batch in batches:
            yield replace(batch, differences=tuple(one + margin for one in batch.differences))
    finally:
        if isinstance(batches, Generator):
            batches.close()  # gives the boxes back


def no_worse(decision: PairedDecision, margin: float, fault: str) -> PairedDecision:
    """A decision on shifted pairs as one on the differences themselves, of a variant that mends `fault`."""
    low = decision.low - margin
    found = replace(decision, mean=decision.mean - margin, low=low, high=decision.high - margin)
    if decision.better:
        bound = round(low, 9) + 0.0  # the margin leaves dust, and no negative zero is shown
        words = f"no worse (lower bound {bound:.3g}, margin {margin:g}), and mends {fault}"
        return replace(found, reason=words, mends=fault)
    return replace(
        found, reason=f"mends {fault}, but may be worse by more than {margin:g}: {decision.reason}"
    )
