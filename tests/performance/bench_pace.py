"""What a model-written variant costs from end to end, with a model that answers at once, beside OpenEvolve.

A real endpoint on loopback, a target of five cases, each variant in a fresh box. `PEERS=1` in the environment
also runs OpenEvolve from PyPI, which protects nothing, on the same program and endpoint; `PYGENT` names other
installations to measure (`tests.performance.programs`).

Figures are of the steady state, between two requests of which the first comes after a warm-up. The whole run,
with its start and end, is shown beside that.
"""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.performance import openevolve
from tests.performance.endpoint import Endpoint
from tests.performance.measuring import working_backends
from tests.performance.programs import Command, Moment, at_end, commands, moment, running
from tests.performance.small_program import answer, write_openevolve, write_target

WARM = 30  # variants before those that are measured
MEASURED = {"bubblewrap": 200, "docker": 60, "openevolve": 200}
WORKERS, WINDOW = 2, 8


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


Made = Callable[[Path, int, str], Sequence[str]]


def rows() -> list[tuple[str, str]]:
    """(what, figure) for the table of `make bench`; takes about a minute, of which Docker half."""
    return list(_rows())


def _rows() -> Iterator[tuple[str, str]]:
    for command in commands():
        for sandbox in working_backends():
            yield from _shown(
                f"{command.name}, {sandbox}", pace(_evolving(command, sandbox), MEASURED[sandbox])
            )
    if not openevolve.wanted():
        yield "OpenEvolve beside it", "left out: make bench PEERS=1 installs it from PyPI"
        return
    yield from _shown(f"OpenEvolve {openevolve.version()}", pace(_peer, MEASURED["openevolve"]))


def pace(made: Made, variants: int) -> Pace:
    """`made` gives the command for a folder, a number of attempts, and the endpoint's address."""
    moments: dict[int, Moment] = {}

    def arrived(number: int) -> None:
        if number in (1, WARM, WARM + variants):
            moments[number] = moment(process.pid)

    with tempfile.TemporaryDirectory() as folder, Endpoint(answer, arrived=arrived) as endpoint:
        command = made(Path(folder), WARM + variants, endpoint.base_url)
        began = time.monotonic()
        with running(command, endpoint.environment, Path(folder)) as process:
            ended = at_end(process.pid)
    steady = _cost(moments[WARM], moments[WARM + variants], variants)
    whole = _cost(Moment(began, 0, 0), ended, WARM + variants)
    return Pace(steady, whole, moments[1].at - began)


def _cost(start: Moment, end: Moment, variants: int) -> Cost:
    spans = (end.at - start.at, end.own - start.own, end.children - start.children)
    return Cost(*(span / variants for span in spans))


def _evolving(command: Command, sandbox: str) -> Made:
    def made(folder: Path, attempts: int, url: str) -> list[str]:
        target, home = write_target(folder / "target"), folder / "home"
        options = ["--proposer", "llm", "--model", "instant", "--tokens", 10**9, "--sandbox", sandbox]
        bounds = ["--attempts", attempts, "--workers", WORKERS, "--window", WINDOW, "--seed", 1]
        return command("--home", home, "evolve", target, *options, *bounds)

    return made


def _peer(folder: Path, attempts: int, url: str) -> list[str]:
    return openevolve.command(folder, *write_openevolve(folder), attempts, url)


def _shown(who: str, found: Pace) -> Iterator[tuple[str, str]]:
    yield f"{who}: variants a second", f"{1 / found.steady.wall:.1f}"
    yield f"{who}: a variant", str(found.steady)
    yield f"{who}: the same, start and end of the run included", str(found.whole)
    yield f"{who}: from its start to the first request", f"{found.start:.1f} s"


if __name__ == "__main__":
    os.environ.setdefault("PEERS", "1")
    for what, figure in _rows():
        print(f"{what:80} {figure:>12}")
