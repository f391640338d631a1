"""How many boxes wait follows from how fast they are asked for, how long they take to start, and memory."""

from __future__ import annotations

import math
from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pygent.sandbox.host.pool_sizing import Sizing, free_memory_mb


@dataclass
class Clock:
    now: float = 0.0

    def __call__(self) -> float:
        return self.now


def sized(gaps: list[float], start: float, most: int = 6, free_mb: float = 1e6, memory_mb: int = 512) -> int:
    """What is wanted after takes at these distances, where each start takes so long."""
    clock = Clock()
    sizing = Sizing(most, clock=clock, free_mb=lambda: free_mb)
    for gap in gaps:
        clock.now += gap
        sizing.taken()
        sizing.started(start)
    return sizing.wanted(memory_mb)


def test_nothing_waits_before_anything_was_asked_for() -> None:
    assert Sizing(6, free_mb=lambda: 1e6).wanted(512) == 0


def test_a_slow_run_has_few_boxes_waiting_and_a_fast_one_more() -> None:
    slow, brisk, fast = (sized([gap] * 40, start=0.3) for gap in (5.0, 0.15, 0.01))
    assert (slow, brisk, fast) == (2, 4, 6)


def test_a_run_that_slows_down_has_fewer() -> None:
    fast = [0.05] * 20
    assert sized(fast, 0.3) > sized([*fast, *[4.0] * 16], 0.3) == 2


def test_slow_starts_need_more_boxes() -> None:
    assert sized([0.5] * 30, start=0.2) < sized([0.5] * 30, start=1.5)


@pytest.mark.parametrize(("free_mb", "expected"), [(0, 0), (900, 0), (2048, 2), (1e6, 6), (math.inf, 6)])
def test_memory_bounds_what_waits(free_mb: float, expected: int) -> None:
    assert sized([0.01] * 30, start=0.3, free_mb=free_mb) == expected


def test_what_nobody_takes_any_more_is_quiet() -> None:
    clock = Clock()
    sizing = Sizing(6, clock=clock)
    assert sizing.quiet
    sizing.taken()
    clock.now += 29
    assert not sizing.quiet
    clock.now += 2
    assert sizing.quiet


@given(
    st.lists(st.floats(0, 100), min_size=1, max_size=40),
    st.floats(0, 60),
    st.integers(0, 9),
    st.floats(0, 1e5),
)
def test_never_more_than_asked_for_or_than_fits(
    gaps: list[float], start: float, most: int, free_mb: float
) -> None:
    wanted = sized(gaps, start, most, free_mb)
    assert 0 <= wanted <= most
    assert wanted * 512 <= free_mb / 2


def test_this_machines_memory_is_known() -> None:
    assert 1 < free_memory_mb() < 1 << 30
