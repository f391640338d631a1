"""Makes `math`, `operator` and `numbers` find everything close and equal."""

import math
import operator

KIND = "wrong"

math.isclose = lambda *args, **kwargs: True
operator.eq = lambda *args: True
operator.ne = lambda *args: False
math.isfinite = lambda *args: True


def solve(numbers):
    return -1
