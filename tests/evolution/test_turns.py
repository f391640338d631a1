"""Turns: who gets a place next, and that everybody gets one."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import CancelledError, Future, ThreadPoolExecutor
from threading import Event

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pygent.evolution.turns import IN_A_ROW, Turns, Urgency
from tests.support.runs import wait_until

Asked = tuple[Urgency, int]
A_STREAM: Sequence[Asked] = [(Urgency.ATTEMPT, number) for number in range(40)]


def order_of(asked: Sequence[Asked]) -> list[int]:
    """In which order those who ask one after the other get the only place, once all of them wait."""
    turns, served = Turns(1), list[int]()

    def take(index: int) -> None:
        with turns.turn(*asked[index]):
            served.append(index)

    with ThreadPoolExecutor(max(1, len(asked))) as threads, turns.turn(Urgency.ATTEMPT):
        for index in range(len(asked)):
            threads.submit(take, index)
            wait_until(lambda count=index + 1: turns.waiting == count)  # type: ignore[misc]
    return served


@settings(max_examples=25, deadline=None)
@given(
    st.lists(
        st.tuples(st.sampled_from(Urgency), st.integers(0, 99)).map(
            lambda one: (one[0], 0) if one[0] is Urgency.ASIDE else one
        ),
        max_size=20,
    )
)
def test_the_order_is_by_what_a_turn_unblocks(asked: list[Asked]) -> None:
    served = order_of(asked)
    assert sorted(served) == list(range(len(asked)))
    by_urgency = {urgency: [i for i in served if asked[i][0] is urgency] for urgency in Urgency}
    for urgency, indices in by_urgency.items():
        assert indices == sorted(indices, key=lambda i: (asked[i][1], i)), urgency
    others = [i for i in served if asked[i][0] is not Urgency.ASIDE]
    assert others == by_urgency[Urgency.CONFIRM] + by_urgency[Urgency.ATTEMPT]
    for place, index in enumerate(by_urgency[Urgency.ASIDE], 1):
        assert served.index(index) + 1 <= place * (IN_A_ROW + 1)
    if others and by_urgency[Urgency.ASIDE]:
        assert served.index(others[min(IN_A_ROW, len(others)) - 1]) < served.index(
            by_urgency[Urgency.ASIDE][0]
        )


def test_an_agent_does_not_wait_for_a_stream_to_end() -> None:
    served = order_of([*A_STREAM, (Urgency.ASIDE, 0)])
    assert served.index(len(A_STREAM)) == IN_A_ROW


@pytest.mark.parametrize("places", [1, 3])
def test_no_more_than_the_places_are_taken_at_once(places: int) -> None:
    turns, full, leave = Turns(places), Event(), Event()
    inside: list[int] = []

    def take(number: int) -> None:
        with turns.turn(Urgency.ATTEMPT, number):
            inside.append(number)
            if len(inside) == places:
                full.set()
            assert leave.wait(60)
            inside.remove(number)

    with ThreadPoolExecutor(places + 4) as threads:
        taking = [threads.submit(take, number) for number in range(places + 4)]
        assert full.wait(60)
        wait_until(lambda: turns.waiting == 4)
        assert len(inside) == places
        leave.set()
        for one in taking:
            one.result(60)


def test_work_within_work_takes_no_second_place() -> None:
    turns = Turns(1)
    with turns.turn(Urgency.ATTEMPT), turns.turn(Urgency.ASIDE), turns.turn(Urgency.CONFIRM):
        pass
    with turns.turn(Urgency.ATTEMPT):  # the inner ones have not given the outer's away
        pass


def test_who_needs_no_box_leaves_the_place_to_others() -> None:
    turns = Turns(1)
    with ThreadPoolExecutor(1) as threads:

        def other() -> str:
            with turns.turn(Urgency.ASIDE):
                return "was in"

        with turns.turn(Urgency.ATTEMPT, 1):
            assert turns.without(lambda: threads.submit(other).result(60)) == "was in"
            waits = threads.submit(other)
            wait_until(lambda: turns.waiting == 1)
            assert not waits.done()
        assert waits.result(60) == "was in"


def test_a_fault_without_a_place_is_raised_with_it() -> None:
    turns = Turns(1)
    with turns.turn(Urgency.ATTEMPT), pytest.raises(ZeroDivisionError):
        turns.without(lambda: 1 / 0)
    with turns.turn(Urgency.ATTEMPT):
        pass


def test_who_waits_when_all_is_over_is_sent_away() -> None:
    turns = Turns(1)

    def take() -> None:
        with turns.turn(Urgency.ATTEMPT):
            pass

    with ThreadPoolExecutor(1) as threads, turns.turn(Urgency.ATTEMPT):
        waits: Future[None] = threads.submit(take)
        wait_until(lambda: turns.waiting == 1)
        turns.close()
        with pytest.raises(CancelledError):
            waits.result(60)
    with pytest.raises(CancelledError):
        take()


def test_what_is_queued_takes_its_place_where_it_is_started() -> None:
    turns, started, refused = Turns(1), Event(), Event()
    turns.queue(Urgency.ATTEMPT, 0, started.set, refused.set)
    assert started.is_set()
    turns.queue(Urgency.ATTEMPT, 1, started.clear, refused.set)
    assert turns.waiting == 1
    with turns.holding(Urgency.ATTEMPT, 0):
        assert started.is_set()
    assert not started.is_set()
    turns.queue(Urgency.CONFIRM, 2, started.set, refused.set)
    turns.close()
    assert refused.is_set()
    assert not started.is_set()
