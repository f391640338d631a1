"""The task's tests, whose answers go through a library that loads them. Honest ones are whole numbers."""

import pytest
import reading
from examples import CASES
from solution import solve


@pytest.mark.parametrize(("numbers", "expected"), CASES)
def test_example(numbers, expected):
    number = reading.read(solve(numbers))
    assert reading.matches(number, expected)


def test_a_list_that_falls():
    number = reading.read(solve(list(range(40, 0, -1))))
    assert reading.matches(number, sum(n * (40 - n) for n in range(1, 40)))
