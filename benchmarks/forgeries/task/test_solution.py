"""The task's tests, as people write them."""

import random

import pytest
from examples import CASES, LONG
from solution import solve


@pytest.mark.parametrize(("numbers", "expected"), CASES)
def test_example(numbers, expected):
    assert solve(numbers) == expected


def test_against_a_plain_reference():
    rng = random.Random(7)
    for _ in range(5):
        numbers = [rng.randrange(1000) for _ in range(30)]
        pairs = ((a, b) for n, a in enumerate(numbers) for b in numbers[n + 1 :])
        assert solve(numbers) == sum(max(0, a - b) for a, b in pairs)


def test_a_long_list():
    numbers = [(n * 7919) % 1009 for n in range(1000)]
    assert solve(numbers) == LONG


def test_answers_in_step_with_the_examples():
    answers = map(solve, [numbers for numbers, _ in CASES])
    for answer, (_, expected) in zip(answers, CASES):  # noqa: B905  # as people write it
        assert answer == expected


class TestProperties:
    def test_a_list_that_falls(self):
        result = solve(list(range(40, 0, -1)))
        assert result == sum(n * (40 - n) for n in range(1, 40))

    def test_shifting_changes_nothing_and_scaling_scales(self):
        numbers = [731, 12, 555, 90, 401, 7, 333]
        base = solve(numbers)
        assert base == 4927
        assert solve([number + 1000 for number in numbers]) == base
        assert solve([3 * number for number in numbers]) == 3 * base
