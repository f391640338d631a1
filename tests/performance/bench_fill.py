"""How full the window is kept while answers take their time: seconds of answers over window x wall.

A real endpoint on loopback answers after log-normal times (median 4 s by the scale below, sigma 1), and the
evaluation in bubblewrap is real. A narrow window gets shorter answers, so that each takes at most half a
minute and asks for fewer variants a second than the sandbox can evaluate.

The figure is of the time from the first request to the moment when the last attempt asks. What comes before
(the start) and after (the last answers, when nothing is left to begin) stands beside it.
"""

from __future__ import annotations

import random
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.performance.endpoint import Endpoint, Exchange
from tests.performance.programs import Command, commands, running
from tests.performance.small_program import answer, write_target

MEDIAN, SIGMA = 4.0, 1.0  # seconds; of the logarithm
SCALES = {8: 0.2, 32: 0.5, 128: 1.0}  # of the median, by window
TURNS = {8: 12, 32: 10, 128: 5}  # attempts for each place in the window


@dataclass(frozen=True)
class Fill:
    """`share` is of the `wall` seconds from the first request to the last; the others are around that."""

    share: float
    wall: float
    before: float
    after: float


def rows() -> list[tuple[str, str]]:
    """(what, figure) for the table of `make bench`; takes about two and a half minutes."""
    return list(_rows())


def _rows() -> Iterator[tuple[str, str]]:
    for window, scale in SCALES.items():
        for command in commands():
            found = fill(command, window, scale, window * TURNS[window])
            what = f"{command.name}: fill of a window of {window}, answers of {MEDIAN * scale:.1f} s"
            around = f"{found.wall:.0f} s; {found.before:.1f} s before, {found.after:.1f} s after"
            yield what, f"{found.share:.2f} in {around}"


def fill(command: Command, window: int, scale: float, attempts: int) -> Fill:
    rng = random.Random(window)
    waits = [MEDIAN * scale * rng.lognormvariate(0, SIGMA) for _ in range(attempts)]
    with (
        tempfile.TemporaryDirectory() as name,
        Endpoint(answer, seconds=lambda number: waits[(number - 1) % attempts]) as endpoint,
    ):
        folder = Path(name)
        target, home = write_target(folder / "target"), folder / "home"
        options = ["--proposer", "llm", "--model", "slow", "--tokens", 10**9, "--sandbox", "bubblewrap"]
        bounds = ["--attempts", attempts, "--window", window, "--seed", 1]
        began = time.monotonic()
        with running(
            command("--home", home, "evolve", target, *options, *bounds), endpoint.environment, folder
        ):
            pass
        ended = time.monotonic()
        first, last = endpoint.arrivals[0], endpoint.arrivals[attempts - 1]
        return Fill(share(endpoint.exchanges, window, first, last), last - first, first - began, ended - last)


def share(exchanges: Sequence[Exchange], window: int, start: float, end: float) -> float:
    """The part of the window's time between two moments in which answers were under way."""
    under_way = sum(max(0.0, min(one.ended, end) - max(one.began, start)) for one in exchanges)
    return under_way / (window * (end - start))
