"""A program that makes variants by a model that answers at once, measured in the steady state."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.performance.endpoint import Endpoint
from tests.performance.programs import Moment, at_end, moment, running
from tests.performance.small_program import answer

WARM = 30  # variants before those that are measured


@dataclass(frozen=True)
class Cost:
    """Seconds for a variant: wall time, CPU of the process, CPU of its children."""

    wall: float
    own: float
    children: float

    def __str__(self) -> str:
        wall, own, children = (f"{seconds * 1e3:.1f}" for seconds in (self.wall, self.own, self.children))
        return f"{wall} ms, CPU {own} ms, of its children {children} ms"


@dataclass(frozen=True)
class Pace:
    """A variant's cost in the steady state, and that of the whole run by variant, start and end included.

    `start` is the wall time from the program's start to its first request.
    """

    steady: Cost
    whole: Cost
    start: float


def steady(made: Callable[[str, int], Sequence[str]], folder: Path, variants: int) -> Pace:
    """`made` gives the command for the endpoint's address and a number of attempts; it runs in `folder`."""
    moments: dict[int, Moment] = {}

    def arrived(number: int) -> None:
        if number in (1, WARM, WARM + variants):
            moments[number] = moment(process.pid)

    with Endpoint(answer, arrived=arrived) as endpoint:
        command = made(endpoint.base_url, WARM + variants)
        began = time.monotonic()
        with running(command, endpoint.environment, folder) as process:
            ended = at_end(process.pid)
    steady = _cost(moments[WARM], moments[WARM + variants], variants)
    whole = _cost(Moment(began, 0, 0), ended, WARM + variants)
    return Pace(steady, whole, moments[1].at - began)


def _cost(start: Moment, end: Moment, variants: int) -> Cost:
    spans = (end.at - start.at, end.own - start.own, end.children - start.children)
    return Cost(*(span / variants for span in spans))
