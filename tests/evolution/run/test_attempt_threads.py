"""How attempts pass between threads: their turns to evaluate, in what order, and how they end."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import CancelledError, wait
from threading import Event

import pytest

from pygent.evolution.run.attempt_threads import AttemptSteps, AttemptThreads, Turn

Work = Callable[[], object]


@pytest.fixture
def threads() -> Iterator[AttemptThreads]:
    made = AttemptThreads(workers=1, askers=4)
    yield made
    made.close(wait=True)


def attempt(number: int, *steps: tuple[Turn, Work]) -> tuple[AttemptSteps, Turn]:
    """An attempt that works so on such threads and is then to be committed, at its first turn."""

    def way() -> Iterator[Turn]:
        for turn, work in steps:
            yield turn
            work()
        yield Turn.COMMIT

    made = AttemptSteps(way(), f"v{number}", number)
    first = made.go_on()
    assert first is not None
    return made, first


def test_the_only_place_goes_to_the_champion_then_by_number(threads: AttemptThreads) -> None:
    gate, done = Event(), list[int]()
    first = threads.send(*attempt(9, (Turn.WORK, lambda: gate.wait(600))))
    waiting = [
        threads.send(*attempt(number, (turn, lambda number=number: done.append(number))))  # type: ignore[misc]
        for number, turn in ((7, Turn.WORK), (3, Turn.WORK), (5, Turn.CONFIRM), (1, Turn.WORK))
    ]
    gate.set()
    wait([first, *waiting], 600)
    assert done == [5, 1, 3, 7]


def test_an_attempt_asks_then_evaluates_and_then_waits_to_be_committed(threads: AttemptThreads) -> None:
    done = list[str]()
    steps = ((Turn.ASK, lambda: done.append("asked")), (Turn.WORK, lambda: done.append("evaluated")))
    threads.send(*attempt(1, *steps)).result(600)
    assert done == ["asked", "evaluated"]


def test_a_judge_that_waits_for_its_model_holds_up_no_evaluation(threads: AttemptThreads) -> None:
    other_evaluated = Event()

    def judged() -> None:
        assert threads.without_turn(lambda: other_evaluated.wait(600))

    ways = [attempt(1, (Turn.WORK, judged)), attempt(2, (Turn.WORK, other_evaluated.set))]
    for sent in [threads.send(*way) for way in ways]:
        sent.result(600)


def test_a_solver_that_needs_an_evaluation_itself_has_its_turn(threads: AttemptThreads) -> None:
    done = list[str]()
    inner = lambda: threads.aside(lambda: done.append("evaluated"))  # noqa: E731
    threads.send(*attempt(1, (Turn.WORK, inner))).result(600)
    assert done == ["evaluated"]


def test_what_has_not_had_its_turn_can_be_cancelled(threads: AttemptThreads) -> None:
    gate, done = Event(), list[int]()
    first = threads.send(*attempt(1, (Turn.WORK, lambda: gate.wait(600))))
    second = threads.send(*attempt(2, (Turn.WORK, lambda: done.append(2))))
    third = threads.send(*attempt(3, (Turn.WORK, lambda: done.append(3))))
    assert second.cancel()
    gate.set()
    wait([first, third], 600)
    assert done == [3]


def test_a_fault_is_raised_where_the_attempt_is_awaited_and_the_place_is_free_again(
    threads: AttemptThreads,
) -> None:
    with pytest.raises(ZeroDivisionError):
        threads.send(*attempt(1, (Turn.WORK, lambda: 1 / 0))).result(600)
    threads.send(*attempt(2, (Turn.WORK, lambda: None))).result(600)


def test_an_attempt_that_asks_when_all_is_over_gets_no_turn() -> None:
    threads, gate = AttemptThreads(workers=1, askers=1), Event()
    sent = threads.send(*attempt(1, (Turn.ASK, lambda: gate.wait(600)), (Turn.WORK, lambda: None)))
    threads.close(wait=False)
    gate.set()
    with pytest.raises(CancelledError):
        sent.result(600)
